import type { Evidence } from '../../snapshot/evidence.ts';
import type { VirtualHost } from '../../snapshot/envoy/view.ts';
import type { Gateway } from '../gateway.ts';
import { envoyEvidence } from './envoy.ts';
import { egressTables, hostOfService } from './tables.ts';

/** What the running Envoys of some gateways say of a VirtualService's routes. */
export interface ServiceVerdict {
  /** `empty`: a virtual host without routes; `routed`: one with routes; `unknown`: no virtual host, or nothing read. */
  readonly state: 'empty' | 'routed' | 'unknown';
  readonly evidence: readonly Evidence[];
}

/** Looks a VirtualService up in what the gateways' Envoys run; an empty virtual host on any of them decides. */
export function verdictOn(gateways: readonly Gateway[], awsName: string): ServiceVerdict {
  let routed: Evidence | null = null;
  for (const envoy of gateways.flatMap(({ envoys }) => envoys)) {
    const host = hostOfService(egressTables(envoy) ?? [], awsName);
    if (!host) continue;
    if (host.routes.length === 0) return { state: 'empty', evidence: [hostEvidence(host, envoy.label)] };
    routed ??= hostEvidence(host, envoy.label);
  }
  return routed ? { state: 'routed', evidence: [routed] } : { state: 'unknown', evidence: [] };
}

/** Evidence of a virtual host: its name, domains and how many routes it holds. */
export function hostEvidence(host: VirtualHost, label: string): Evidence {
  const { name, domains, routes } = host;
  const note = `virtual host ${name} of ${label} has ${routes.length === 0 ? 'no routes' : `${routes.length} routes`}`;
  return envoyEvidence('config_dump', host.place, { name, domains, routes: routes.length }, note);
}
