import { memoize } from '../../lib/memo.ts';
import type { FilterChain, Listener, Table, VirtualHost } from '../table/table.ts';
import { cubeOf } from './cube.ts';
import { wordCondition } from './field.ts';
import { hostLanguage } from './host-domain.ts';
import { type Analysis, analyse, inOrder, type Order } from './reach.ts';
import { type Scene, sceneOf } from './scene.ts';

/** One virtual host where requests come to it. */
export interface HostPlace {
  readonly listener: Listener;
  readonly chain: FilterChain;
  readonly host: VirtualHost;
}

/** What is known of all requests to a virtual host. */
export interface HostSurvey extends HostPlace {
  readonly scene: Scene;
  readonly analysis: Analysis;
}

/** Every virtual host of a table that a listener leads to, once; those with a matcher tree are left out. */
export function hostPlaces(table: Table): readonly HostPlace[] {
  const places = new Map<VirtualHost, HostPlace>();
  for (const listener of table.listeners) {
    for (const chain of [...listener.chains, ...(listener.defaultChain ? [listener.defaultChain] : [])]) {
      for (const host of chain.manager?.routes?.hosts ?? []) {
        if (!host.matcher && !places.has(host)) places.set(host, { listener, chain, host });
      }
    }
  }
  return [...places.values()];
}

/**
 * Analyses the routes of a virtual host, in Envoy's order; or where their order is only partly known: what is said then
 * holds for every order that it allows. Nothing is computed before it is asked.
 */
export function surveyHost({ semantics }: Table, place: HostPlace, surelyBefore: Order = inOrder): HostSurvey | null {
  const { listener, chain, host } = place;
  const scene = sceneOf(semantics, listener, chain, [host]);
  if (!scene) return null;
  const given = [wordCondition(scene.host, hostLanguage(scene.config, host), true, false)];
  const cubes = host.routes.map((route) => cubeOf(scene, route));
  return { ...place, scene, analysis: analyse(cubes, given, surelyBefore) };
}

/** Every virtual host of a table in Envoy's order, analysed once. */
export const surveyOf = memoize((table: Table): readonly HostSurvey[] =>
  hostPlaces(table).flatMap((place) => surveyHost(table, place) ?? []),
);
