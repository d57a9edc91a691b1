import { asText } from '../../lib/json.ts';
import { type At, addressOf, inside, itemsOf, placeOf, refusedOf, textOf } from './fields.ts';
import type { Address, ClusterConfig, ClusterEndpoints, SecretState } from './view.ts';

/** Reads an element of the clusters dump. */
export function readCluster(at: At, state: ClusterConfig['state']): ClusterConfig {
  const cluster = inside(at, 'cluster');
  const refused = refusedOf(at);
  const custom = textOf(inside(cluster, 'cluster_type'), 'name');
  return {
    place: placeOf(at),
    name: textOf(cluster, 'name') || (refused?.name ?? ''),
    discovery: textOf(cluster, 'type') || custom || 'STATIC',
    state,
    version: textOf(at, 'version_info'),
    lastUpdated: asText(at.value.last_updated) ?? null,
    targets: addressesOf(inside(cluster, 'load_assignment')),
    refused,
  };
}

/** Reads an element of the endpoints dump (`?include_eds`). */
export function readEndpoints(at: At): ClusterEndpoints {
  const assignment = inside(at, 'endpoint_config');
  return { place: placeOf(at), cluster: textOf(assignment, 'cluster_name'), addresses: addressesOf(assignment) };
}

/** Reads an element of the secrets dump: its name and state, nothing of its content. */
export function readSecret(at: At, state: SecretState['state']): SecretState {
  return { place: placeOf(at), name: textOf(at, 'name'), state };
}

function addressesOf(assignment: At): readonly Address[] {
  return itemsOf(assignment, 'endpoints')
    .flatMap((locality) => itemsOf(locality, 'lb_endpoints'))
    .flatMap((endpoint) => addressOf(inside(endpoint, 'endpoint').value.address) ?? []);
}
