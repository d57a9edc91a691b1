import { isFrozen, whenObjectsApply } from '../../src/diagnose/effect.ts';
import type { Avoid } from '../../src/diagnose/finding.ts';
import { allOf, anyOf, defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import { requestText } from '../../src/diagnose/told-routes.ts';
import { type Envoy, envoyEvidence } from '../../src/model/envoy/envoy.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { answerText } from '../../src/routing/answer.ts';
import type { Difference } from '../../src/routing/compare/settle.ts';
import { type ReplicaGroup, replicasOf } from '../../src/routing/replicas.ts';
import { witnessOf } from '../../src/routing/witness.ts';
import { seenValue } from '../../src/snapshot/coverage.ts';

export default defineRule({
  id: 'replicas-disagree',
  title: 'Envoys of one gateway decide a request differently',
  severity: 'error',
  needs: anyOf(allOf('envoy.routes', 'envoy.listenerConfig')),
  also: ['envoy.clusterConfig', 'envoy.serverInfo', 'envoy.runtime'],
  explains: ['requests-without-route', 'requests-to-wrong-route', 'log-decision-disagrees'],
  alert: { name: 'ReplicasDisagree', severity: 'ticket', forMinutes: 10 },
  docs: {
    what: 'Two pods of one gateway that run different configurations, and a request that shows it: compared for every request, with clusters, rewrites, timeouts, retries and headers.',
    why: 'Which answer a client gets hangs on the pod that its connection meets: the fault comes and goes, and each pod looked at alone is well.',
    fix: 'Find out which of the two is right, and why the other did not get it: a refused or lost update, or a control plane that ended between them. Take the wrong pods out of the Service; do not restart a pod of a frozen gateway.',
    seen: 'The same request is answered differently from one try to the next.',
  },
  subjects: (model) => model.gateways.filter(({ envoys }) => envoys.length > 1),
  *check(model) {
    for (const gateway of model.gateways) {
      const replicas = replicasOf(gateway);
      if (!replicas) continue;
      const different = replicas.others.filter(({ comparison }) => comparison.verdict === 'different');
      if (different.length > 0) {
        yield describe(model, gateway, replicas.first, different);
        continue;
      }
      const open = replicas.others.flatMap(({ comparison: { undecided, limits } }) => [
        ...undecided.map(({ why }) => why),
        ...limits,
      ]);
      if (open.length > 0) yield { type: 'undecided', subject: gateway, budget: [...new Set(open)].join('; ') };
    }
  },
});

function describe(model: Model, gateway: Gateway, first: readonly Envoy[], groups: readonly ReplicaGroup[]): Outcome {
  const differences = groups.flatMap(({ comparison }) => comparison.differences);
  const [shown] = differences;
  const [group] = groups;
  const witness = shown && witnessOf(shown.request);
  const request = shown && (requestText(shown) ?? `${shown.request.method} ${shown.request.authority}`);
  const said = shown && group ? `${request} ${bothText(shown, first, group.envoys)}.` : '';
  const more = differences.length > 1 ? ` ${differences.length - 1} more requests show differences.` : '';
  const evidence = [first, ...groups.map(({ envoys }) => envoys)].flatMap(([envoy]) => (envoy ? [proofOf(envoy)] : []));
  const [proof, ...rest] = evidence.flat();
  return finding(gateway, {
    message: `The pods of gateway ${gateway.ref.name} decide differently: ${said}${more}`,
    effect: 'traffic',
    evidence: [proof ?? envoyEvidence('config_dump', { document: '', pointer: '' }, null), ...rest],
    cause: `${1 + groups.length} configurations run side by side: ${[first, ...groups.map(({ envoys }) => envoys)]
      .map(namesOf)
      .join('; ')}.`,
    fix: [
      {
        say: 'Find out which of them is right (`explain` decides a request by each), and take the others out of the Service by their labels.',
        restarts: 'nothing',
        works: 'now',
      },
      {
        say: 'Then find out why they were not updated: a refused update, or a stream that closed between the two.',
        restarts: 'nothing',
        works: whenObjectsApply(model, [gateway]),
      },
    ],
    avoid: isFrozen(gateway) ? [noRestart] : [],
    ...(witness ? { witness } : {}),
  });
}

const noRestart: Avoid = {
  say: 'Do not restart the pods that are wrong.',
  because: 'a pod of a frozen gateway comes back empty: half the answers right is more than none',
};

function bothText({ one, other, parts }: Difference, first: readonly Envoy[], second: readonly Envoy[]): string {
  const [answer, otherAnswer] = [answerText(one), answerText(other)];
  const how = answer === otherAnswer ? ` with another ${parts.join(', ')}` : '';
  return `${answer} by ${namesOf(first)}, and ${otherAnswer}${how} by ${namesOf(second)}`;
}

function namesOf(envoys: readonly Envoy[]): string {
  const names = envoys.map(({ label }) => label);
  return names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ');
}

function proofOf(envoy: Envoy) {
  return (seenValue(envoy.routes) ?? [])
    .slice(0, 1)
    .map(({ place, name, virtualHosts }) =>
      envoyEvidence('config_dump', place, { name, virtualHosts: virtualHosts.length }, `what ${envoy.label} runs`),
    );
}
