import type { Fix } from '../../src/diagnose/finding.ts';
import { allOf, anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { groupBy } from '../../src/lib/memo.ts';
import { awsDenials, type Denial, eventDenials, ownDenials } from '../../src/model/observability/denials.ts';
import { refKey } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'permission-missing',
  title: 'A right is missing',
  severity: 'error',
  // What was refused stands in the coverage of every snapshot: nothing must have been read.
  needs: anyOf(allOf()),
  also: ['platform.events', 'aws.cloudWatch'],
  docs: {
    what: 'A right that this tool was refused while it looked (information: what it could not see stands under the gaps), or that the Events say a controller was refused. The verb and the resource are named, and the line of a Role that grants it.',
    why: 'What may not be read is unknown, never absent: rules that need it are not evaluated. A controller without its right does not do its work.',
    fix: 'Grant the verb on the resource, and no more.',
    seen: '`… is forbidden: User "…" cannot list resource "pods" in API group ""`.',
  },
  subjects: (model) => {
    const refs = new Map(
      [...ownDenials(model), ...eventDenials(model), ...awsDenials(model)].map(
        ({ ref }) => [refKey(ref), { ref }] as const,
      ),
    );
    return refs.values();
  },
  *check(model) {
    for (const denial of awsDenials(model)) {
      const statement = { Effect: 'Allow', Action: [denial.action], Resource: '*' };
      yield finding(denial, {
        message: `AWS refuses this tool ${denial.action}: what CloudWatch says is not evaluated.`,
        effect: 'latent',
        severity: 'warning',
        evidence: [denial.evidence],
        cause: 'No policy of the identity that runs this allows the action, or one denies it.',
        fix: [
          {
            say: `Add to its policy (CloudWatch knows no finer resource than * here): ${JSON.stringify(statement)}`,
            restarts: 'nothing',
            works: 'now',
          },
        ],
      });
    }
    const own = ownDenials(model).map((denial) => ({ denial, own: true }));
    const told = eventDenials(model).map((denial) => ({ denial, own: false }));
    const keyOf = ({ denial }: { readonly denial: Denial }): string =>
      [refKey(denial.ref), denial.verb, denial.resource, denial.namespace ?? ''].join(' ');
    for (const group of groupBy([...own, ...told], keyOf).values()) {
      const [first, ...rest] = group;
      if (!first) continue;
      const { denial } = first;
      const right = rightText(denial);
      yield finding(denial, {
        message: first.own
          ? `This tool may not ${right}: what depends on it is not evaluated.`
          : `${denial.who} may not ${right}, and so fails with ${denial.ref.kind} ${denial.ref.name}.`,
        effect: 'latent',
        severity: first.own ? 'info' : 'warning',
        evidence: [denial.evidence, ...rest.slice(0, 2).map((one) => one.denial.evidence)],
        cause: 'No Role or ClusterRole that is bound to it allows this.',
        fix: [grant(denial)],
        discriminator: `${denial.verb} ${denial.resource} ${denial.namespace ?? '*'}`,
      });
    }
  },
});

function rightText({ verb, resource, group, namespace }: Denial): string {
  const full = group === '' ? resource : `${resource}.${group}`;
  return `${verb} ${full} ${namespace === null ? 'in the whole cluster' : `in namespace ${namespace}`}`;
}

/** The line of a Role, or of a ClusterRole where it is for the whole cluster, ready to paste. */
function grant({ verb, resource, group, namespace }: Denial): Fix {
  const line = JSON.stringify({ apiGroups: [group], resources: [resource], verbs: [verb] });
  const kind = namespace === null ? 'ClusterRole' : `Role of namespace ${namespace}`;
  return {
    say: `Add to the rules of a ${kind} that is bound to whoever lacks the right: ${line}`,
    restarts: 'nothing',
    works: 'now',
  };
}
