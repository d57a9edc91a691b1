import { memoize } from '../../lib/memo.ts';
import type { FilterChain, Listener } from '../table/table.ts';
import type { RoutingRequest } from './request.ts';

/** The filter chains that may take a connection (null: none does, and it is closed), and what would have to be known. */
export interface Chains {
  readonly chains: readonly (FilterChain | null)[];
  readonly unknown: readonly string[];
}

/** Chooses as source/common/listener_manager/filter_chain_manager_impl.cc does: one criterion after the other, never back. */
export function chooseChains(listener: Listener, request: RoutingRequest): Chains {
  return onlyChain(listener) ?? chooseAmong(listener, request);
}

/** The usual listener: one chain that takes every connection. */
const onlyChain = memoize(({ chains }: Listener): Chains | null => {
  const [chain, ...others] = chains;
  if (!chain || others.length > 0) return null;
  const { serverNames, transport, otherCriteria } = chain;
  return serverNames.length + otherCriteria.length === 0 && transport === '' ? { chains, unknown: [] } : null;
});

function chooseAmong(listener: Listener, request: RoutingRequest): Chains {
  const { chains, inspectsTls } = listener;
  const fallback = listener.defaultChain;
  const sni = !inspectsTls || request.sni === 'absent' ? '' : (request.sni?.toLowerCase() ?? null);
  const transport = transportSeen(request, inspectsTls);
  const odd = [...new Set(chains.flatMap(({ otherCriteria }) => otherCriteria))];
  const unknown = new Set(odd.map((name) => `filter chain criterion ${name}`));
  if (odd.length > 0) {
    const possible = chains.filter((chain) => canTake(chain, sni, transport));
    return { chains: unique([...possible, fallback]), unknown: [...unknown] };
  }
  // Without TLS there is no server name: what is unknown of the one follows from the other.
  const names = transport === 'raw_buffer' ? [''] : sni === null ? namesOf(chains) : [sni];
  const transports = transport === null ? (['tls', 'raw_buffer'] as const) : [transport];
  const found = names.flatMap((name) =>
    transports.map((one) => choose(chains, one === 'raw_buffer' ? '' : name, one) ?? fallback),
  );
  const possible = unique(found);
  if (possible.length > 1 && names.length > 1) unknown.add('the TLS server name (--sni)');
  if (possible.length > 1 && transports.length > 1) unknown.add('whether the client speaks TLS');
  return { chains: possible, unknown: [...unknown] };
}

function transportSeen({ tls }: RoutingRequest, inspectsTls: boolean): 'tls' | 'raw_buffer' | null {
  if (!inspectsTls) return 'raw_buffer';
  return tls === null ? null : tls ? 'tls' : 'raw_buffer';
}

function choose(chains: readonly FilterChain[], name: string, transport: 'tls' | 'raw_buffer'): FilterChain | null {
  const level = candidatesFor(name)
    .map((one) => chains.filter(({ serverNames }) => serverNames.includes(one)))
    .find((found) => found.length > 0);
  const left = level ?? chains.filter(({ serverNames }) => serverNames.length === 0);
  return left.find((chain) => chain.transport === transport) ?? left.find((chain) => chain.transport === '') ?? null;
}

/** A server name as written, then the ever shorter `*.` names that take it; none for the empty one. */
function candidatesFor(name: string): readonly string[] {
  if (name === '') return [];
  const names = [name];
  for (let dot = name.indexOf('.', 1); dot >= 0 && dot < name.length - 1; dot = name.indexOf('.', dot + 1)) {
    names.push(`*${name.slice(dot)}`);
  }
  return names;
}

/** A server name for every way through these chains. */
function namesOf(chains: readonly FilterChain[]): readonly string[] {
  return ['', ...chains.flatMap(({ serverNames }) => serverNames.map((name) => name.replace(/^\*/, '\0')))];
}

function canTake(chain: FilterChain, sni: string | null, transport: FilterChain['transport'] | null): boolean {
  if (transport !== null && chain.transport !== '' && chain.transport !== transport) return false;
  if (sni === null || chain.serverNames.length === 0) return true;
  return candidatesFor(sni).some((name) => chain.serverNames.includes(name));
}

function unique<T>(list: readonly T[]): readonly T[] {
  return [...new Set(list)];
}
