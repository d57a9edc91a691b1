import { seenValue } from '../../snapshot/coverage.ts';
import { type TlsSource, tlsSources } from '../../snapshot/envoy/tls-sources.ts';
import type { SecretState } from '../../snapshot/envoy/view.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Gateway } from '../gateway.ts';
import { type Envoy, envoyEvidence } from './envoy.ts';

/** A secret that is asked for arrives within seconds; Envoy itself waits 15 s for it. */
const graceSeconds = 60;

/** The secrets that an Envoy waits for. One that stands among the active ones as well is being renewed: the old one serves on. */
export function warmingSecrets({ secrets }: Envoy): readonly SecretState[] {
  const all = secrets.state === 'not-read' ? [] : secrets.value;
  const active = new Set(all.flatMap(({ name, state }) => (state === 'warming' ? [] : [name])));
  return all.filter(({ name, state }) => state === 'warming' && !active.has(name));
}

/** Each secret, by its name, that Envoys of a gateway wait for which run for a minute or longer. */
export function longWarming({ envoys }: Gateway): ReadonlyMap<string, readonly [Evidence, ...Evidence[]]> {
  const waiting = new Map<string, readonly [Evidence, ...Evidence[]]>();
  for (const envoy of envoys.filter(isUp)) {
    for (const { name, place } of warmingSecrets(envoy)) {
      const value = { name, state: 'warming' };
      const evidence = envoyEvidence('config_dump', place, value, `a secret that ${envoy.label} waits for`);
      const before = waiting.get(name);
      waiting.set(name, before ? [...before, evidence] : [evidence]);
    }
  }
  return waiting;
}

function isUp(envoy: Envoy): boolean {
  return (seenValue(envoy.serverInfo)?.uptimeSeconds ?? 0) >= graceSeconds;
}

/** A listener that wants a secret: once it is active without it, it takes no TLS connection. */
export interface WantingListener {
  readonly name: string;
  readonly kind: TlsSource['kind'];
}

/** The listeners of a gateway that want a secret; without those that are warming, whose version before goes on. */
export function listenersWanting({ envoys }: Gateway, secret: string): readonly WantingListener[] {
  const wanting = new Map<string, WantingListener>();
  for (const { name, state, body } of envoys.flatMap(({ listenerConfig }) => seenValue(listenerConfig) ?? [])) {
    const source = tlsSources(body?.json).find((one) => one.name === secret);
    if (source && state !== 'warming') wanting.set(name, { name, kind: source.kind });
  }
  return [...wanting.values()];
}
