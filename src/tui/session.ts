import type { DiagnoseOptions, Engine, ExplainResult } from '../engine/protocol.ts';
import type { RouteAsked } from '../engine/route-document.ts';
import type { ExplainRequest } from '../routing/explained.ts';
import { nothingKnown, withChanges } from './changes.ts';
import { type Asked, type Data, noData, type RouteList, routeAsked } from './data.ts';
import { Gatherer } from './gather.ts';
import { classAsked } from './screens/logs.ts';

/** What the terminal UI can ask for. */
export interface Access {
  readonly engine: Pick<
    Engine,
    'arrivals' | 'takeArrived' | 'diagnose' | 'explain' | 'explainClass' | 'route' | 'routes' | 'status' | 'traffic'
  >;
  /** What a settings file says of the diagnosis: suppressions, rules of the user's own. */
  readonly settings: Pick<DiagnoseOptions, 'suppressions' | 'userRules'>;
  /** Reads the sources; each is told of as it comes. An Envoy that rests from being read is left alone, unless it is to be at once. */
  readonly gather: (atOnce: boolean) => Promise<void>;
  /** Begins to follow the access logs there are, once the sources were read. */
  readonly follow: () => Promise<void>;
  /** Reads what a person typed as a request; throws an error for people. */
  readonly readRequest: (text: string) => Promise<ExplainRequest>;
  /** Writes the report, or a bundle of what was seen; says where it is. */
  readonly save: () => Promise<string>;
  readonly bundle: () => Promise<string>;
  /** Milliseconds between two readings of sources that live; null: they do not change. */
  readonly everyMs: number | null;
  readonly now: () => number;
}

/** Reads, asks, and tells who listens whenever something came. */
export interface Session {
  readonly data: () => Data;
  /** Hears that the data changed; gives the way to stop it. */
  readonly listen: (hear: () => void) => () => void;
  readonly refresh: () => void;
  readonly wantRoutes: (gateway: string) => void;
  readonly wantRoute: (asked: RouteAsked) => void;
  readonly wantExplanation: (text: string) => void;
  /** The way of a class of requests in the logs. */
  readonly wantClass: (key: string) => void;
  readonly pause: (paused: boolean) => void;
  readonly close: () => void;
}

/** Between two looks at the logs that are followed. */
const trafficMs = 1_000;
/** Between two diagnoses of logs that grow beside sources that do not. */
const againMs = 15_000;
/** As often is looked once more, where nothing more can come: lines may wait for their other one. */
const settling = 3;
/** A request that is typed is not asked for letter by letter. */
const typingMs = 120;

/** Starts reading at once. */
export function startSession(access: Access): Session {
  let data = noData(access.now());
  let diagnosing = false;
  /** Whether more is going to come of the reading that goes on, and whether one ended: every source is known since. */
  let more = true;
  let complete = false;
  let paused = false;
  let closed = false;
  /** The route that is looked at. */
  let looked: RouteAsked | null = null;
  let known = nothingKnown;
  let diagnosedAt = { lines: 0, at: 0 };
  let looking: NodeJS.Timeout | undefined;
  let typing: NodeJS.Timeout | undefined;
  const hearers = new Set<() => void>();
  const update = (change: Partial<Data>): void => {
    if (closed) return;
    data = { ...data, ...change, now: access.now() };
    for (const hear of hearers) hear();
  };
  const settle = async <T>(work: () => Promise<T>, put: (asked: Asked<T>) => void): Promise<void> => {
    try {
      put({ state: 'there', value: await work(), at: access.now() });
    } catch (error) {
      put({ state: 'failed', why: wordsOf(error), at: access.now() });
    }
  };
  const waiting = (): { readonly state: 'waiting'; readonly since: number } => ({
    state: 'waiting',
    since: access.now(),
  });
  const failed = (error: unknown): void => {
    if (data.collected.state !== 'there')
      update({ collected: { state: 'failed', why: wordsOf(error), at: access.now() } });
  };
  /** Shows what came so far. */
  const take = async (): Promise<void> => {
    const first = data.collected.state !== 'there';
    await settle(access.engine.takeArrived, (collected) => update({ collected }));
    if (data.collected.state !== 'there') return;
    if (first) void follow();
    // The table comes before the rules have run.
    await settle(access.engine.status, (status) => {
      if (status.state === 'there') update({ status: status.value });
    });
    await diagnose();
    const gateways = [...data.routes.keys()];
    await Promise.all([
      ...gateways.map(loadRoutes),
      ...(looked ? [loadRoute(looked)] : []),
      ...[...data.explained.keys()].map(loadExplanation),
    ]);
  };
  const diagnose = async (): Promise<void> => {
    if (data.last === null) update({ report: waiting() });
    diagnosedAt = { lines: linesSeen(data), at: access.now() };
    await settle(
      () => access.engine.diagnose({ rules: [], skip: [], ...access.settings }),
      (report) => update({ report, last: report.state === 'there' ? report.value : data.last }),
    );
    told();
  };
  /** Where sources are read but once, their logs may still tell more. */
  const diagnoseLogs = async (grows: boolean): Promise<void> => {
    const { lines, at } = diagnosedAt;
    if (diagnosing || gatherer.taking || access.everyMs !== null || linesSeen(data) === lines) return;
    if (grows && lines > 0 && access.now() - at < againMs) return;
    diagnosing = true;
    await diagnose();
    diagnosing = false;
  };
  const told = (): void => {
    // What a source tells for the first time is no change.
    complete ||= !more;
    if (!complete || !data.sources.every(({ last }) => last?.whole)) return;
    const { collected, report, status } = data;
    const reading = {
      collected: collected.state === 'there' ? collected.value : null,
      report: report.state === 'there' ? report.value : null,
      status,
    };
    const next = withChanges(known, reading, access.now(), data.changes);
    known = next.known;
    update({ changes: next.changes });
  };
  const follow = async (): Promise<void> => {
    update({ traffic: waiting() });
    await settle(access.follow, (asked) => {
      if (asked.state === 'failed') update({ traffic: asked });
    });
    if (data.traffic?.state !== 'failed') await look(settling);
  };
  // Where nothing more can come one looks until all was told, and no longer.
  const look = async (left: number): Promise<void> => {
    if (!paused || data.traffic?.state !== 'there')
      await settle(access.engine.traffic, (traffic) => update({ traffic }));
    const grows = data.traffic?.state !== 'there' || data.traffic.value.logs.some(({ state }) => state === 'reading');
    void diagnoseLogs(grows);
    const again = grows || access.everyMs !== null ? settling : left - 1;
    if (again > 0 && !closed) looking = setTimeout(() => void look(again), trafficMs);
  };
  const loadRoutes = (gateway: string): Promise<void> =>
    settle(
      async (): Promise<RouteList> => {
        const asked = data.routes.get(gateway);
        const held = asked?.state === 'there' ? asked.value : null;
        const told = await access.engine.routes({ gateway, known: held?.version ?? null });
        return { ...told, rows: told.rows ?? held?.rows ?? [] };
      },
      (asked) => update({ routes: new Map(data.routes).set(gateway, asked) }),
    );
  const loadRoute = (asked: RouteAsked): Promise<void> =>
    settle(
      () => access.engine.route(asked),
      (told) => update({ details: new Map([[routeAsked(asked.gateway, asked.key), told]]) }),
    );
  const loadExplanation = (asked: string): Promise<void> =>
    settle(
      () => explain(asked),
      (answer) => {
        if (data.explained.has(asked)) update({ explained: new Map(data.explained).set(asked, answer) });
      },
    );
  const explain = async (asked: string): Promise<ExplainResult> => {
    if (asked.startsWith(classAsked(''))) return access.engine.explainClass(asked.slice(classAsked('').length));
    return access.engine.explain({ requests: [await access.readRequest(asked)], gateway: null, envoyVersion: null });
  };
  const remember = (asked: string): void => {
    // Only the last few are kept: each edit is a request of its own.
    const kept = [...data.explained].slice(-9);
    update({ explained: new Map([...kept, [asked, waiting()]]) });
  };
  // Ages are seen growing.
  const clock = setInterval(() => update({}), 1_000);
  const { engine, gather, everyMs, now } = access;
  const hear = (sources: Data['sources'], reading: boolean): void => {
    more = reading;
    update({ sources });
  };
  const gatherer = new Gatherer({ engine, gather, everyMs, now, hear, take, failed });
  return {
    data: () => data,
    listen: (hear) => {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    refresh: () => gatherer.read(true),
    wantRoutes: (gateway) => {
      if (data.routes.has(gateway)) return;
      update({ routes: new Map(data.routes).set(gateway, waiting()) });
      void loadRoutes(gateway);
    },
    wantRoute: (asked) => {
      const name = routeAsked(asked.gateway, asked.key);
      if (data.details.has(name)) return;
      looked = asked;
      update({ details: new Map([[name, waiting()]]) });
      void loadRoute(asked);
    },
    wantExplanation: (text) => {
      if (text === '' || data.explained.has(text)) return;
      remember(text);
      clearTimeout(typing);
      typing = setTimeout(() => void loadExplanation(text), typingMs);
    },
    wantClass: (key) => {
      if (data.explained.has(classAsked(key))) return;
      remember(classAsked(key));
      void loadExplanation(classAsked(key));
    },
    pause: (wanted) => {
      paused = wanted;
      gatherer.pause(wanted);
    },
    close: () => {
      closed = true;
      clearInterval(clock);
      clearTimeout(typing);
      clearTimeout(looking);
      gatherer.close();
    },
  };
}

/** How many lines of logs were read. */
function linesSeen({ traffic }: Data): number {
  return traffic?.state === 'there' ? traffic.value.lines : 0;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
