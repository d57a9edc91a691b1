import { memoize } from '../../lib/memo.ts';
import type { FilterChain, Listener, Table, VirtualHost } from '../table/table.ts';
import { cubeOf } from './cube.ts';
import { wordCondition } from './field.ts';
import { hostLanguage } from './host-domain.ts';
import { type Analysis, analyse, inOrder, type Order } from './reach.ts';
import { type Scene, sceneOf } from './scene.ts';

/** One virtual host where requests come to it, and what is known of all requests there. */
export interface HostSurvey {
  readonly listener: Listener;
  readonly chain: FilterChain;
  readonly host: VirtualHost;
  readonly scene: Scene;
  readonly analysis: Analysis;
}

/** Every virtual host of a table that a listener leads to, once, its routes in Envoy's order. Nothing is computed before it is asked. */
export const surveyOf = memoize((table: Table): readonly HostSurvey[] => survey(table, () => inOrder));

/** The same where the order of routes is only partly known: what is said holds for every order that it allows. */
export function survey(table: Table, orderOf: (host: VirtualHost) => Order): readonly HostSurvey[] {
  const seen = new Set<VirtualHost>();
  return table.listeners.flatMap((listener) =>
    [...listener.chains, ...(listener.defaultChain ? [listener.defaultChain] : [])].flatMap((chain) =>
      (chain.manager?.routes?.hosts ?? []).flatMap((host): readonly HostSurvey[] => {
        const scene = seen.has(host) || host.matcher ? null : sceneOf(table.semantics, listener, chain, [host]);
        seen.add(host);
        if (!scene) return [];
        const given = [wordCondition(scene.host, hostLanguage(scene.config, host), true, false)];
        const analysis = analyse(
          host.routes.map((route) => cubeOf(scene, route)),
          given,
          orderOf(host),
        );
        return [{ listener, chain, host, scene, analysis }];
      }),
    ),
  );
}
