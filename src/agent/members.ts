import { asList, asObject, asText } from '../lib/json.ts';
import type { AgentApi } from './api.ts';
import type { LeaseTimes } from './election.ts';
import { heldLease, leasesPath, parse, readLease, writeLease } from './lease.ts';

/** The agents of a Deployment, each by a Lease of its own. */
export interface Membership {
  /** Those that live, this one among them, sorted; nobody where others took this one for gone, until it begins anew. */
  readonly members: () => readonly string[];
  /** Looks at the others where what is known of them is too old to count by: this process may have stood still. */
  readonly refresh: () => Promise<void>;
  /** This one let go of what others took, and begins anew. */
  readonly begin: () => void;
  /** Renews the own Lease and looks at the others; null: all well, else why not, in a person's words. */
  readonly step: () => Promise<string | null>;
  /** Removes the own Lease: the others take over at once. */
  readonly leave: () => Promise<void>;
}

/** How a member's Lease was last seen to move. */
export interface Sign {
  readonly mark: string;
  readonly at: number;
}

/**
 * What became of every member that was known or is listed now; on one's own clock alone, as in the election. `blind`: nobody
 * could look, or renew, for a while, and so nobody's standing still counts against it.
 */
export function observe(
  before: ReadonlyMap<string, Sign>,
  listed: readonly { readonly member: string; readonly mark: string }[],
  now: number,
  blind: boolean,
): ReadonlyMap<string, Sign> {
  return new Map(
    listed.map(({ member, mark }) => {
      const known = before.get(member);
      return [member, known?.mark === mark && !blind ? known : { mark, at: now }];
    }),
  );
}

/** Who lives: whose Lease moved within the duration. */
export function living(
  signs: ReadonlyMap<string, Sign>,
  me: string,
  now: number,
  durationMs: number,
): readonly string[] {
  const others = [...signs].flatMap(([member, { at }]) => (member !== me && now - at < durationMs ? [member] : []));
  return [me, ...others].sort();
}

/** Joins the members of a Deployment; nothing happens before the first step. */
export function join(
  api: AgentApi,
  of: { readonly namespace: string; readonly name: string; readonly labels: Readonly<Record<string, string>> },
  me: string,
  times: LeaseTimes,
  now: () => number = () => performance.now(),
): Membership {
  const place = { ...of, name: `${of.name}-${me}` };
  const path = leasesPath(of.namespace);
  const selector = Object.entries(of.labels).map(([key, value]) => `${key}=${value}`);
  let signs: ReadonlyMap<string, Sign> = new Map();
  let lookedAt = now();
  let joined = false;
  let replaced = false;
  let stepping: Promise<string | null> | null = null;
  const step = async (): Promise<string | null> => {
    const own = await readLease(api, place);
    // Whoever takes over from a member removes its Lease: so it knows, should it only have stood still.
    if (own.ok && own.lease === null && joined) replaced = true;
    const outcome = own.ok ? await writeLease(api, place, me, times, own.lease) : 'failed';
    joined ||= outcome === 'written';
    const answer = await api.ask(`${path}?labelSelector=${encodeURIComponent(selector.join(','))}`);
    if (!answer.ok || answer.status !== 200) {
      return `the members could not be listed: ${answer.ok ? `the API server answered ${answer.status}` : answer.reason}`;
    }
    const leases = asList(parse(answer.text).items).map(asObject);
    const listed = leases.flatMap((lease) => {
      const { holder, renewTime, resourceVersion } = heldLease(lease);
      return holder === '' ? [] : [{ member: holder, mark: `${renewTime} ${resourceVersion}` }];
    });
    const at = now();
    signs = observe(signs, listed, at, at - lookedAt > 3 * times.retryMs);
    lookedAt = at;
    for (const lease of leases) {
      const sign = signs.get(heldLease(lease).holder);
      const name = asText(asObject(lease.metadata).name);
      if (name !== undefined && name !== place.name && sign && at - sign.at >= times.durationMs)
        await api.write('DELETE', `${path}/${name}`);
    }
    return outcome === 'written' ? null : `the own Lease ${place.namespace}/${place.name} could not be written`;
  };
  const stepOnce = (): Promise<string | null> => {
    stepping ??= step().finally(() => {
      stepping = null;
    });
    return stepping;
  };
  return {
    // As of the last look: while the API server is away everybody goes on with what was theirs.
    members: () => (replaced ? [] : living(signs, me, lookedAt, times.durationMs)),
    async refresh() {
      if (now() - lookedAt >= times.durationMs) await stepOnce();
    },
    begin() {
      replaced = false;
    },
    step: stepOnce,
    async leave() {
      await api.write('DELETE', `${path}/${place.name}`);
    },
  };
}
