import { configEffect, isFrozen, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated, type Outcome } from '../../src/diagnose/rule.ts';
import { requestText, writtenOrigin } from '../../src/diagnose/told-routes.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import type { Model } from '../../src/model/model.ts';
import { answerText } from '../../src/routing/answer.ts';
import { type Drift, type DriftGroup, driftsOf } from '../../src/routing/drift.ts';
import { tableParts } from '../../src/routing/gateway-tables.ts';
import { matchText } from '../../src/routing/route-units.ts';
import { uncompared } from '../../src/routing/uncompared.ts';
import { unplaced } from '../../src/routing/unplaced.ts';
import { witnessOf } from '../../src/routing/witness.ts';
import { refKey, refText } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'config-drift',
  title: 'Envoy decides otherwise than the objects say',
  severity: 'error',
  needs: anyOf(allOf('mesh.gatewayRoutes', 'mesh.virtualGateways', 'envoy.routes', 'envoy.listenerConfig')),
  also: tableParts.also,
  explains: ['requests-without-route', 'requests-to-wrong-route'],
  alert: { name: 'ConfigDrift', severity: 'ticket', forMinutes: 10 },
  docs: {
    what: 'Requests that the running Envoy answers or sends elsewhere than the GatewayRoutes, VirtualServices and VirtualRouters ask for. Both are compared for every request; what App Mesh leaves undefined is no drift, and where its form was never seen in a real configuration it is a warning.',
    why: 'What is written is not what runs: people read the objects, requests meet the Envoy. On a frozen gateway nothing that was changed after the end takes effect.',
    fix: 'On a living control plane find out why the object did not arrive (its conditions and events). On a frozen gateway write the objects back to what runs, so that they tell the truth, and change routes where requests still can be sent another way.',
    seen: 'The same request is answered otherwise than `explain` on the manifests alone says.',
  },
  subjects: (model) => [...model.gateways, ...model.gatewayRoutes, ...model.virtualRouters, ...model.virtualServices],
  *check(model) {
    yield* [...unplaced(model), ...uncompared(model)].map(({ subject, gap }) => notEvaluated(subject, gap));
    for (const drift of driftsOf(model)) {
      const { gateway, groups, gaps, open } = drift;
      yield* groups.map((group) => describe(model, drift, group));
      if (groups.some(({ origin }) => origin === null)) continue;
      const [gap] = gaps;
      if (gap) yield notEvaluated(gateway, gap);
      else if (open.length > 0) yield { type: 'undecided', subject: gateway, budget: open.join('; ') };
    }
  },
});

function describe(model: Model, { gateway, running }: Drift, group: DriftGroup): Outcome {
  const { origin, count, first, route, assumed } = group;
  const { one, other, request } = first;
  const object = origin && subjectOf(model, group);
  const written = origin ? writtenOrigin(model, origin) : null;
  const frozen = isFrozen(gateway);
  const until = meanwhile(model, [gateway], 'these requests');
  const name = written?.says ?? (origin ? refText(origin.ref) : '');
  const where = running.envoy?.label ?? gateway.ref.name;
  const shown = requestText({ request }) ?? `${request.method} ${request.authority}`;
  const what = object
    ? `${name} does not run as it is written`
    : first.parts.includes('listener')
      ? `Envoy ${where} has other listeners than VirtualGateway ${gateway.ref.name}`
      : `Envoy ${where} runs what no object asks for`;
  const more = count > 1 ? ` ${count - 1} more such differences hang on it.` : '';
  const late = frozen ? ' This gateway is frozen: what the objects say takes no effect.' : '';
  const runs = route
    ? [envoyEvidence('config_dump', route.place, { asks: matchText(route) }, `what ${where} runs: ${answerText(one)}`)]
    : [];
  const asks = object ? [object.at(written?.path ?? 'spec', `what is asked: ${answerText(other)}`)] : [];
  const fallback = gateway.object?.at('spec') ?? envoyEvidence('config_dump', { document: '', pointer: '' }, null);
  const [evidence = fallback, ...rest] = [...asks, ...runs];
  const witness = witnessOf(request);
  return finding(object ?? gateway, {
    message: `${what}: ${shown} ${answerText(one)}; by the objects it ${answerText(other)}.${more}${late}`,
    effect: frozen ? 'latent' : configEffect(model, [gateway], 'shows'),
    ...(assumed.length > 0 ? { severity: 'warning' as const } : {}),
    evidence: [evidence, ...rest],
    cause: `${frozen ? 'The object was changed after the gateway froze, or never arrived' : 'The object did not arrive at the Envoy, or something else configures it'}.${
      assumed.length > 0 ? ` This rests on how App Mesh is assumed to write: ${[...new Set(assumed)].join(', ')}.` : ''
    }`,
    fix: [
      {
        say: object
          ? frozen
            ? `Write ${name} back to what runs, or keep the change for the next gateway.`
            : `Look at the conditions and events of ${refText(object.ref)}, and at the log of the App Mesh controller.`
          : 'Write down the object for this route, or find out what deleted it.',
        restarts: 'nothing',
        works: frozen ? 'now' : whenObjectsApply(model, [gateway]),
      },
      ...until.fix,
    ],
    avoid: until.avoid,
    ...(witness ? { witness } : {}),
    discriminator: written?.key ?? '',
    affects: object ? [gateway.ref] : [],
  });
}

function subjectOf(model: Model, { origin }: DriftGroup) {
  const key = origin ? refKey(origin.ref) : '';
  const objects = [...model.gatewayRoutes, ...model.virtualRouters, ...model.virtualServices];
  return objects.find(({ ref }) => refKey(ref) === key) ?? null;
}
