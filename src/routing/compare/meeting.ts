import type { RoutingRequest } from '../match/request.ts';
import type { Condition } from '../space/field.ts';
import { type Scene, sceneOf } from '../space/scene.ts';
import type { FilterChain, Listener, Manager, RouteConfig, Semantics, Table, VirtualHost } from '../table/table.ts';
import { noRoute } from './ending.ts';
import { flatten, type Way } from './flatten.ts';
import { hostUnits } from './host-units.ts';
import { isLoopback } from '../table/input.ts';

/** Where the same requests come to both tables: their ways by hosts; or where only one of the two takes a connection. */
export type Meeting =
  | {
      readonly kind: 'both';
      readonly scene: Scene;
      readonly units: Iterable<Unit>;
      readonly optionsDiffer: boolean;
      readonly limits: readonly string[];
    }
  | { readonly kind: 'one-sided'; readonly request: RoutingRequest; readonly limits: readonly string[] };

/** Hosts for which both tables have one list of ways each. */
export interface Unit {
  readonly given: readonly Condition[];
  readonly one: readonly Way[];
  readonly other: readonly Way[];
}

/** Pairs the listeners and filter chains of two tables that outside requests come to. */
export function* scenesOf(one: Table, other: Table): Iterable<Meeting> {
  const [ones, others] = [entrances(one), entrances(other)];
  for (const port of new Set([...ones.keys(), ...others.keys()])) {
    const [first, second] = [ones.get(port), others.get(port)];
    if (!first || !second) {
      const listener = first ?? second;
      const [chain] = listener?.chains ?? [];
      if (listener && chain) yield { kind: 'one-sided', request: anyRequest(listener, chain), limits: [] };
      continue;
    }
    yield* chainsOf(one, other, first, second);
  }
}

/** Listeners by port, but those that only this Envoy's own clusters lead to. */
function entrances(table: Table): ReadonlyMap<number, Listener> {
  const own = new Set<number>();
  for (const { targets } of table.clusters?.values() ?? []) {
    for (const { host, port } of targets) if (isLoopback(host)) own.add(port);
  }
  const byPort = table.listeners.map((listener) => [listener.port, listener] as const);
  const outside = byPort.filter(([port]) => !own.has(port));
  return new Map(outside.length > 0 ? outside : byPort);
}

function* chainsOf(one: Table, other: Table, first: Listener, second: Listener): Iterable<Meeting> {
  const [ones, others] = [chainsBy(first), chainsBy(second)];
  for (const key of new Set([...ones.keys(), ...others.keys()])) {
    const [chain, counterpart] = [ones.get(key), others.get(key)];
    const present = chain ?? counterpart;
    if (!present) continue;
    if (!chain?.manager?.routes || !counterpart?.manager?.routes) {
      yield { kind: 'one-sided', request: anyRequest(first, present), limits: [] };
      continue;
    }
    const { manager } = chain;
    const limits = limitsOf(one.semantics, other.semantics);
    const semantics = limits.length > 0 ? oneLine(one.semantics) : one.semantics;
    const differ = optionsOf(manager) !== optionsOf(counterpart.manager);
    if (differ) limits.push('paths and hosts that only one of the two connection managers changes');
    const scene = sceneOf(semantics, first, chain, allHosts(one, other), differ ? counterpart.manager : null);
    const config = counterpart.manager.routes;
    if (!scene) continue;
    yield {
      kind: 'both',
      scene,
      units: unitsOf(one, other, scene, counterpart, config),
      optionsDiffer: differ,
      limits,
    };
  }
}

function* unitsOf(
  one: Table,
  other: Table,
  scene: Scene,
  { manager }: FilterChain,
  config: RouteConfig,
): Iterable<Unit> {
  if (!manager) return;
  const second: Scene = { ...scene, manager, config };
  for (const { given, one: host, other: counterpart } of hostUnits(scene, scene.config, config)) {
    yield {
      given,
      one: host ? flatten(one, scene, scene.config, host) : nowhere,
      other: counterpart ? flatten(other, second, config, counterpart) : nowhere,
    };
  }
}

/** Without a virtual host every request gets 404, as without a route. */
const nowhere: readonly Way[] = [false, true].map((connect) => ({
  cube: { connect, conditions: [], impossible: null },
  ending: noRoute,
  routes: [],
}));

function chainsBy({ chains, defaultChain }: Listener): ReadonlyMap<string, FilterChain> {
  const keyed = chains.map(
    (chain) => [JSON.stringify([[...chain.serverNames].sort(), chain.transport, chain.tls]), chain] as const,
  );
  return new Map([...keyed, ...(defaultChain ? [['default', defaultChain] as const] : [])]);
}

function limitsOf(one: Semantics, other: Semantics): string[] {
  const limits: string[] = [];
  if (one.joinsHeaderLines !== other.joinsHeaderLines) limits.push('requests that repeat a header line');
  if (one.regexUnit !== other.regexUnit) limits.push('header values with bytes beyond ASCII');
  return limits;
}

/** Where two versions read repeated lines otherwise, headers of one line are compared. */
function oneLine(semantics: Semantics): Semantics {
  return { ...semantics, joinsHeaderLines: true };
}

function optionsOf({
  normalizePath,
  mergeSlashes,
  escapedSlashes,
  stripPort,
  stripTrailingDot,
  routes,
}: Manager): string {
  return JSON.stringify([normalizePath, mergeSlashes, escapedSlashes, stripPort, stripTrailingDot, routes?.ignorePort]);
}

function allHosts(one: Table, other: Table): readonly VirtualHost[] {
  return [one, other].flatMap(({ listeners }) =>
    listeners.flatMap(({ chains }) => chains.flatMap(({ manager }) => manager?.routes?.hosts ?? [])),
  );
}

function anyRequest({ port }: Listener, { serverNames, tls }: FilterChain): RoutingRequest {
  const [name] = serverNames;
  return {
    port,
    protocol: 'http1',
    sni: tls && name ? name.replace(/^\*/, 'www') : 'absent',
    tls,
    method: 'GET',
    authority: 'www.example.com',
    target: '/',
    headers: new Map(),
    otherHeaders: 'absent',
  };
}
