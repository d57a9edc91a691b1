import type { CollectSummary, DiagnoseOptions, Engine } from '../engine/protocol.ts';
import type { ExplainRequest } from '../routing/explained.ts';
import { type Asked, type Data, noData } from './data.ts';

/** What the terminal UI can ask for. */
export interface Access {
  readonly engine: Pick<Engine, 'diagnose' | 'explain' | 'routes' | 'status'>;
  /** What a settings file says of the diagnosis: suppressions, rules of the user's own. */
  readonly settings: Pick<DiagnoseOptions, 'suppressions' | 'userRules'>;
  /** Reads the sources; what is asked of the engine after it speaks of them. */
  readonly collect: () => Promise<CollectSummary>;
  /** Reads what a person typed as a request; throws an error for people. */
  readonly readRequest: (text: string) => Promise<ExplainRequest>;
  /** Writes the report, or a bundle of what was seen; says where it is. */
  readonly save: () => Promise<string>;
  readonly bundle: () => Promise<string>;
  /** Milliseconds between two readings of sources that live; null: they do not change. */
  readonly everyMs: number | null;
  readonly now: () => number;
}

/** Reads, asks, and tells who listens whenever something came: a source that hangs holds nobody up. */
export interface Session {
  readonly data: () => Data;
  /** Hears that the data changed; gives the way to stop it. */
  readonly listen: (hear: () => void) => () => void;
  readonly refresh: () => void;
  readonly wantRoutes: (gateway: string) => void;
  readonly wantExplanation: (text: string) => void;
  readonly pause: (paused: boolean) => void;
  readonly close: () => void;
}

/** Starts reading at once. */
export function startSession(access: Access): Session {
  let data = noData(access.now());
  let reading = false;
  let paused = false;
  let closed = false;
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
      put({ state: 'failed', why: error instanceof Error ? error.message : String(error), at: access.now() });
    }
  };
  const waiting = (): { readonly state: 'waiting'; readonly since: number } => ({
    state: 'waiting',
    since: access.now(),
  });
  const read = async (): Promise<void> => {
    if (reading || closed) return;
    reading = true;
    const first = data.collected.state !== 'there';
    if (first) update({ collected: waiting() });
    await settle(access.collect, (collected) => update({ collected }));
    if (data.collected.state === 'there') {
      if (data.last === null) update({ report: waiting() });
      // The table comes before the rules have run.
      await settle(access.engine.status, (status) => {
        if (status.state === 'there') update({ status: status.value });
      });
      await settle(
        () => access.engine.diagnose({ rules: [], skip: [], ...access.settings }),
        (report) => update({ report, last: report.state === 'there' ? report.value : data.last }),
      );
      const gateways = [...data.routes.keys()];
      await Promise.all([...gateways.map(loadRoutes), ...[...data.explained.keys()].map(loadExplanation)]);
    }
    reading = false;
  };
  const loadRoutes = (gateway: string): Promise<void> =>
    settle(
      () => access.engine.routes(gateway),
      (asked) => update({ routes: new Map(data.routes).set(gateway, asked) }),
    );
  const loadExplanation = (text: string): Promise<void> =>
    settle(
      async () =>
        access.engine.explain({ requests: [await access.readRequest(text)], gateway: null, envoyVersion: null }),
      (asked) => update({ explained: new Map(data.explained).set(text, asked) }),
    );
  const timer = access.everyMs === null ? null : setInterval(() => (paused ? undefined : void read()), access.everyMs);
  // Ages are seen growing.
  const clock = setInterval(() => update({}), 1_000);
  void read();
  return {
    data: () => data,
    listen: (hear) => {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    refresh: () => void read(),
    wantRoutes: (gateway) => {
      if (data.routes.has(gateway)) return;
      update({ routes: new Map(data.routes).set(gateway, waiting()) });
      void loadRoutes(gateway);
    },
    wantExplanation: (text) => {
      if (text === '' || data.explained.has(text)) return;
      // Only the last few are kept: each edit is a request of its own.
      const kept = [...data.explained].slice(-9);
      update({ explained: new Map([...kept, [text, waiting()]]) });
      void loadExplanation(text);
    },
    pause: (wanted) => {
      paused = wanted;
    },
    close: () => {
      closed = true;
      clearInterval(clock);
      if (timer) clearInterval(timer);
    },
  };
}
