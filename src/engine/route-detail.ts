import { stringify } from 'yaml';
import { valueAt } from '../lib/json.ts';
import type { Model } from '../model/model.ts';
import type { Resource } from '../model/resource.ts';
import type { RouteFault } from '../routing/route-faults.ts';
import { matchText, type RouteUnit } from '../routing/route-units.ts';
import type { Route } from '../routing/table/table.ts';
import { judgedTables } from '../routing/table-faults.ts';
import { routeKey } from '../routing/translate/translation.ts';
import { refText } from '../snapshot/object.ts';
import type { Decider, RunningTable } from './deciders.ts';
import { endpointsOf } from './endpoints.ts';
import { labelsOf } from './logs/classify.ts';
import type { PositionOf } from './objects.ts';
import type { RouteAsked, RouteDetail, RouteTarget } from './route-document.ts';
import { objectsBehind } from './route-objects.ts';
import { clustersOf, decidingFor, rowOf, tabledRoutes, trafficOf } from './route-rows.ts';

/** One route of a gateway, to its ends; null: there is no such route. */
export function routeDetail(model: Model, { gateway, key }: RouteAsked, position: PositionOf): RouteDetail | null {
  const deciding = decidingFor(model, gateway);
  if (typeof deciding === 'string') return null;
  const { decider, running, envoys } = deciding;
  const found = tabledRoutes(running.table).find(({ route }) => routeKey(route.place) === key);
  if (!found) return null;
  const { listener, host, route } = found;
  const origin = running.originOf(route.place);
  const at = origin && position(origin);
  const targets = targetsOf(model, decider, running, route);
  const objects = origin ? objectsBehind(model, origin.ref, targets) : [];
  return {
    ...rowOf(running, labelsOf(running), found),
    listener: listener.name,
    virtualHost: host.name,
    domains: host.domains,
    file: at?.file ?? null,
    line: at?.line ?? null,
    traffic: trafficOf(envoys, clustersOf(running.table, route)),
    objects: objects.map((object) => told(object, position)),
    envoyForm: formOf(model, decider, route),
    targets,
    shadows: shadowsOf(model, key),
  };
}

function told(object: Resource, position: PositionOf): RouteDetail['objects'][number] {
  const place = position(object.place);
  const yaml = stringify(object.body, { lineWidth: 0, aliasDuplicateObjects: false });
  return { name: refText(object.ref), file: place?.file ?? null, line: place?.line ?? null, yaml };
}

/** The route as it stands in what was read, or in what App Mesh would push. */
function formOf({ snapshot }: Model, { desired }: Decider, { place }: Route): string | null {
  const document = snapshot.documents.find(({ id }) => id === place.document);
  const made = desired?.translation.input.routeConfigs.find((config) => config.place.document === place.document);
  const text = document?.text() ?? null;
  const whole: unknown = text === null ? made?.body : JSON.parse(text);
  const form = valueAt(whole, place.pointer);
  return form === undefined ? null : JSON.stringify(form, null, 2);
}

function targetsOf(model: Model, decider: Decider, running: RunningTable, route: Route): readonly RouteTarget[] {
  const clusters = clustersOf(running.table, route);
  const [envoy = null] = running.envoys;
  const pods = new Map(model.pods.flatMap(({ ip, ref }) => (ip === null ? [] : [[ip, ref] as const])));
  return endpointsOf(model, decider, envoy, { outcome: 'forward', clusters }).map((target) => ({
    ...target,
    hosts: target.hosts.map((host) => {
      const ref = pods.get(host.address.replace(/:[\d,]+$/, ''));
      return { ...host, pod: ref ? `${ref.namespace}/${ref.name}` : null };
    }),
  }));
}

const kinds = {
  dead: (by: string) => `no request reaches it: ${by} take all that it asks for`,
  same: (by: string) => `it asks for the same as ${by}`,
  partly: (by: string) => `some of its requests are taken by ${by}, tried before it`,
  open: (by: string) => `which takes the requests they share is not defined: it, or ${by}`,
} as const;

/** What reasoning about all requests found of a route; null where its table was not judged. */
function shadowsOf(model: Model, key: string): RouteDetail['shadows'] {
  const isOf = ({ routes }: RouteUnit): boolean => routes.some(({ place }) => routeKey(place) === key);
  const table = judgedTables(model).find(({ table: { listeners } }) =>
    listeners.some(({ chains, defaultChain }) =>
      [...chains, ...(defaultChain ? [defaultChain] : [])].some(({ manager }) =>
        manager?.routes?.hosts.some(({ routes }) => routes.some(({ place }) => routeKey(place) === key)),
      ),
    ),
  );
  return table ? table.faults.flatMap((fault) => sayingsOf(fault, isOf)) : null;
}

function sayingsOf(fault: RouteFault, isOf: (unit: RouteUnit) => boolean): readonly string[] {
  if (fault.kind === 'impossible') return isOf(fault.unit) ? [`no request can be what it asks for: ${fault.why}`] : [];
  if (fault.kind === 'undecided')
    return isOf(fault.unit) ? [`whether others take its requests is not decided: ${fault.budget}`] : [];
  const alike = fault.alike ? ' (they end alike)' : '';
  if (isOf(fault.unit)) return [`${kinds[fault.kind](fault.by.map(unitText).join(', '))}${alike}`];
  if (!fault.by.some(isOf) || fault.kind === 'open') return [];
  return [`it takes requests of ${unitText(fault.unit)}${alike}`];
}

function unitText({ origin, routes: [route] }: RouteUnit): string {
  if (!route) return 'another route';
  const name = origin ? refText(origin.ref) : route.name === '' ? `route #${route.index}` : route.name;
  return `${name} (#${route.index}: ${matchText(route)})`;
}
