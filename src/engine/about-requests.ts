import type { Diagnosis } from '../diagnose/diagnosis.ts';
import type { Finding } from '../diagnose/finding.ts';
import { bytesOf } from '../lib/bytes.ts';
import { virtualNode, virtualRouter, virtualService } from '../model/mesh/links.ts';
import type { VirtualNode, VirtualService } from '../model/mesh/kinds.ts';
import type { Model } from '../model/model.ts';
import { serviceOfHostname } from '../model/platform/backing.ts';
import { servicesOfGateway } from '../model/platform/entry.ts';
import { runnersOfGateway, runnersOfNode } from '../model/platform/runners.ts';
import { presentValue } from '../model/relation.ts';
import { named } from '../model/inventory.ts';
import { isInner } from '../routing/gateway-tables.ts';
import { decide } from '../routing/match/decide.ts';
import { endsOf } from '../routing/match/endings.ts';
import type { RoutingRequest } from '../routing/match/request.ts';
import type { Table } from '../routing/table/table.ts';
import { type ObjectRef, refKey } from '../snapshot/object.ts';
import { CannotExplain, type Decider } from './deciders.ts';
import { decidersFor } from './explain.ts';
import { hasStatus, wanted } from './logs/options.ts';
import type { RequestsAsked } from './protocol.ts';

/**
 * The same diagnosis with what is about such requests alone: about a gateway that takes them, a route that may decide them, one
 * that the objects ask for, or what such a route leads to. Causes stay with their symptoms. Where nothing decides, all stays.
 */
export function aboutRequests(model: Model, diagnosis: Diagnosis, asked: RequestsAsked): Diagnosis {
  const deciders = decidersFor(model, null, null);
  if (deciders instanceof CannotExplain) {
    const gap = { missing: 'which routes decide the requests asked for', reason: deciders.message };
    return { ...diagnosis, gaps: [...diagnosis.gaps, { ...gap, remedy: 'everything that was found is told' }] };
  }
  const gateways = new Set<string>();
  const onWay = new Set<string>();
  for (const decider of deciders) {
    for (const ref of gatewayRefs(model, decider)) gateways.add(refKey(ref));
    for (const ref of wayRefs(model, decider, asked)) onWay.add(refKey(ref));
  }
  const isAbout = (finding: Finding): boolean => {
    const refs = [...finding.subjects, ...finding.affects];
    if (refs.some((ref) => onWay.has(refKey(ref)))) return true;
    if (refs.some(({ kind }) => behindGateway.has(kind))) return false;
    return refs.some((ref) => gateways.has(refKey(ref))) && showsSuch(finding, asked);
  };
  const kept = new Set(diagnosis.findings.filter(isAbout).map(({ id, foldedUnder }) => foldedUnder ?? id));
  return {
    ...diagnosis,
    findings: diagnosis.findings.filter(({ id, foldedUnder }) => kept.has(foldedUnder ?? id)),
    traffic: diagnosis.traffic.map((view) => ({
      ...view,
      classes: view.classes.filter((one) => wanted({ statuses: asked.statuses, path: null }, one)),
    })),
  };
}

/** What is about one of these is about a part of a gateway's requests. */
const behindGateway = new Set(['GatewayRoute', 'VirtualService', 'VirtualRouter', 'VirtualNode']);

/** False where a finding shows a request of another path or host. */
function showsSuch({ witness }: Finding, { path, host }: RequestsAsked): boolean {
  if (!witness || !URL.canParse(witness.url)) return true;
  const url = new URL(witness.url);
  return (path === null || url.pathname === pathOf(path)) && (host === null || url.hostname === host);
}

function pathOf(path: string): string {
  return path.split('?', 1)[0] ?? path;
}

function gatewayRefs(model: Model, { gateway }: Decider): readonly ObjectRef[] {
  const { workloads, pods } = runnersOfGateway(model, gateway);
  const of = [...workloads, ...pods, ...servicesOfGateway(model, gateway), ...model.meshes];
  return [gateway.ref, ...of.map(({ ref }) => ref)];
}

/** The objects of the routes that may decide such requests, by what runs and by what is asked for, and those they lead to. */
function wayRefs(model: Model, { tables, desired }: Decider, asked: RequestsAsked): readonly ObjectRef[] {
  const refs: ObjectRef[] = [];
  for (const { table, originOf } of tables) {
    for (const at of routesDeciding(table, asked)) {
      const origin = originOf(at);
      if (origin) refs.push(origin.ref);
    }
  }
  if (desired) {
    for (const at of routesDeciding(desired.table, asked)) {
      const origin = desired.translation.origins.get(at);
      if (origin) refs.push(origin.ref);
    }
    const { leftOut } = desired.translation;
    // App Mesh makes no route of these: such requests miss.
    if (asked.path === null && mayAnswer(404, asked)) refs.push(...leftOut.map(({ ref }) => ref));
    for (const request of requestsOf(desired.table, asked)) {
      const unmade = desired.unmade(request);
      if (unmade && mayAnswer(404, asked)) refs.push(unmade.ref);
    }
  }
  return refs.flatMap((ref) => [ref, ...leadsTo(model, ref)]);
}

/** Such a request for each listener that clients reach; what is not named of it is unknown. */
function requestsOf(table: Table, { path, host }: RequestsAsked): readonly RoutingRequest[] {
  return table.listeners
    .filter((listener) => !isInner(listener))
    .map(({ port }) => ({
      port,
      protocol: null,
      sni: null,
      tls: null,
      method: null,
      authority: host === null ? null : bytesOf(host),
      target: path === null ? null : bytesOf(path),
      headers: new Map(),
      otherHeaders: 'unknown',
    }));
}

function routesDeciding(table: Table, asked: RequestsAsked) {
  return requestsOf(table, asked)
    .flatMap((request) => endsOf(decide(table, request)))
    .filter(({ status }) => mayAnswer(status, asked))
    .flatMap(({ hops }) => hops.flatMap(({ route }) => route ?? []));
}

/** What is forwarded may be answered with any status. */
function mayAnswer(status: number | null, { statuses }: RequestsAsked): boolean {
  return status === null || statuses.length === 0 || hasStatus(statuses, status);
}

/** What stands behind an object that a route was made from: VirtualServices, routers, nodes, their Services and pods. */
function leadsTo(model: Model, { kind, namespace, name }: ObjectRef): readonly ObjectRef[] {
  if (kind === 'GatewayRoute') {
    const target = named(model.gatewayRoutes, namespace, name)?.target;
    const service = target ? presentValue(virtualService(model, target)) : undefined;
    return service ? behindService(model, service) : [];
  }
  const service = kind === 'VirtualService' ? named(model.virtualServices, namespace, name) : undefined;
  return service ? behindService(model, service) : [];
}

function behindService(model: Model, service: VirtualService): readonly ObjectRef[] {
  const { provider } = service;
  if (provider.type !== 'node' && provider.type !== 'router') return [service.ref];
  const router = provider.type === 'router' ? presentValue(virtualRouter(model, provider.target)) : undefined;
  const targets =
    provider.type === 'node' ? [provider.target] : (router?.routes.flatMap((route) => route.targets) ?? []);
  const nodes = targets.flatMap((target) => presentValue(virtualNode(model, target)) ?? []);
  return [service.ref, ...(router ? [router.ref] : []), ...nodes.flatMap((node) => behindNode(model, node))];
}

function behindNode(model: Model, node: VirtualNode): readonly ObjectRef[] {
  const found = node.hostname === null ? null : serviceOfHostname(model, node.hostname);
  const service = found ? presentValue(found) : undefined;
  const { workloads, pods } = runnersOfNode(model, node);
  return [node.ref, ...[...(service ? [service] : []), ...workloads, ...pods].map(({ ref }) => ref)];
}
