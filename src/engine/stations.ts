import type { Model } from '../model/model.ts';
import type { ReportFinding, ReportStation } from '../report/document.ts';
import type { Endpoints, Explained } from '../routing/explained.ts';
import type { Hop } from '../routing/match/decision.ts';
import type { Step } from '../routing/match/steps.ts';
import { refText } from '../snapshot/object.ts';

/** The stations of a decided request, the finding's own object marked. */
export function stationsOf(model: Model, explained: Explained, { objects }: ReportFinding): readonly ReportStation[] {
  const { decision, steps, endpoints } = explained;
  const stations = [
    ...decision.hops.flatMap((hop, pass) =>
      passStations(
        model,
        explained,
        hop,
        steps.filter((step) => step.hop === pass),
        pass,
      ),
    ),
    ...(decision.outcome === 'forward' ? endpoints.flatMap(endStations) : [answerStation(explained)]),
  ];
  const about = objects[0] && refText(objects[0]);
  return stations.map((station) => (station.name === about ? { ...station, state: 'fault' } : station));
}

function passStations(
  model: Model,
  { objects }: Explained,
  { listener, virtualHost, route }: Hop,
  steps: readonly Step[],
  pass: number,
): readonly ReportStation[] {
  const stations: ReportStation[] = [
    // The second pass of an App Mesh gateway is inside it: its listener tells a person nothing.
    ...(pass === 0 ? [passed('listener', listener, '')] : []),
  ];
  if (virtualHost === null) return stations;
  const service = pass > 0 ? model.virtualServices.find(({ awsName }) => awsName === virtualHost) : undefined;
  stations.push(
    service
      ? passed('VirtualService', refText(service.ref), `virtual host ${virtualHost}`)
      : passed('virtual host', virtualHost, ''),
  );
  if (!route) return stations;
  const taken = steps.find(({ stage, verdict }) => stage === 'route' && verdict === 'matched');
  const origin = objects[`${route.document} ${route.pointer}`];
  const where = origin?.file ? `${origin.file}:${origin.line}` : '';
  const detail = [taken?.clause ?? '', where].filter((part) => part !== '').join(', ');
  // A VirtualService with a node for its provider is a route of its own: it stands there already.
  const isTold = service !== undefined && origin?.object === refText(service.ref);
  if ((pass === 0 || origin) && !isTold)
    stations.push(passed('route', origin?.object ?? `route ${route.name}`, detail));
  return stations;
}

function endStations({ cluster, object, toldBy, hosts, weight }: Endpoints): readonly ReportStation[] {
  const share = weight > 0 && weight < 100 ? `weight ${weight}` : '';
  const target = passed(object ? 'VirtualNode' : 'cluster', object ?? cluster, object ? cluster : share);
  if (toldBy === null)
    return [target, { stage: 'endpoints', name: 'endpoints', detail: 'not known', state: 'unknown' }];
  const well = hosts.filter(({ failures }) => failures.length === 0).length;
  const said = toldBy === 'envoy' ? 'not marked as failed by Envoy' : 'ready';
  const detail = hosts.length === 0 ? 'none' : `${well} of ${hosts.length} ${said}`;
  const name = hosts.length === 1 ? (hosts[0]?.address ?? '') : `${hosts.length} endpoints`;
  return [target, { stage: 'endpoints', name, detail, state: well === 0 ? 'fault' : 'passed' }];
}

/** What the gateway itself answers. */
function answerStation({ decision }: Explained): ReportStation {
  const { outcome, status, responseFlag, location, why } = decision;
  if (outcome === 'undecided') return { stage: 'answer', name: 'undecided', detail: why ?? '', state: 'unknown' };
  const name = [status, responseFlag].filter((part) => part !== null).join(' ');
  const good = outcome === 'redirect' || (outcome === 'direct-response' && (status ?? 0) < 400);
  const detail = location ?? `${outcome.replaceAll('-', ' ')}${why ? `: ${why}` : ''}`;
  return { stage: 'answer', name: name === '' ? 'no answer' : name, detail, state: good ? 'passed' : 'fault' };
}

function passed(stage: string, name: string, detail: string): ReportStation {
  return { stage, name, detail, state: 'passed' };
}
