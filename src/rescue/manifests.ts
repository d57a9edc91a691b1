import { stringify } from 'yaml';
import { asList, asNumber, asObject, asText, type JsonObject } from '../lib/json.ts';
import { decide } from '../routing/match/decide.ts';
import type { Table } from '../routing/table/table.ts';
import { type Ledger, refuse } from './modernize.ts';
import { makeObjects, type Parts } from './objects.ts';
import { type PlanFacts, writePlan } from './plan.ts';
import { describeAnswer, describeRequest } from './proof.ts';
import { makeRequests } from './requests.ts';

const mostProbes = 4;

/** A rescue as one YAML file: the order of steps as its head, then the objects; null where it cannot be made. */
export function writeManifests(
  parts: Parts,
  facts: Omit<PlanFacts, 'probes'>,
  table: Table,
  ledger: Ledger,
): string | null {
  const objects = makeObjects(parts);
  if (typeof objects === 'string') {
    refuse(ledger, 'room in a ConfigMap', objects, 'take -o bootstrap and put the file on a volume or into an image');
    return null;
  }
  const plan = writePlan(parts, { ...facts, probes: probesOf(table) });
  const head = plan.map((line) => (line === '' ? '#' : `# ${line}`)).join('\n');
  const bodies = objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }));
  return `${head}\n---\n${bodies.join('---\n')}`;
}

/** The first requests that fit a route each, as curl lines, with what they should come to. */
function probesOf(table: Table): readonly string[] {
  const requests = makeRequests(table, 40).filter(
    ({ tls, method, headers }) => !tls && method === 'GET' && headers.size === 0,
  );
  return requests
    .slice(0, mostProbes)
    .map((request) => `${describeRequest(request)}   # ${describeAnswer(decide(table, request))}`);
}

/** A listener bound to the address of one pod cannot be bound by another: it takes every address. */
export function boundToAny(bootstrap: JsonObject, changed: Set<string>): JsonObject {
  const resources = asObject(bootstrap.static_resources);
  const listeners = asList(resources.listeners).map((value) => {
    const listener = asObject(value);
    const socket = asObject(asObject(listener.address).socket_address);
    const host = asText(socket.address) ?? '';
    if (asNumber(socket.port_value) === undefined || /^(0\.0\.0\.0|::|127\..*|::1)$/.test(host)) return listener;
    changed.add(
      `listener ${asText(listener.name)} was bound to ${host}, an address of its old pod: now to every address`,
    );
    return { ...listener, address: { socket_address: { ...socket, address: host.includes(':') ? '::' : '0.0.0.0' } } };
  });
  return { ...bootstrap, static_resources: { ...resources, listeners } };
}
