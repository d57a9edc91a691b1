import { mapAtOnce } from '../../lib/at-once.ts';
import { asObject } from '../../lib/json.ts';
import { callsAtOnce, type Cluster } from './cluster.ts';
import type { Right } from './rights.ts';

/** Whether a right is given: everywhere, in the namespace alone, or not; or why nobody could say. */
export type Granted = 'yes' | 'namespace' | 'no' | { readonly unknown: string };

/** A right, and whether it is given. */
export interface CheckedRight {
  readonly right: Right;
  readonly verb: string;
  readonly granted: Granted;
}

/** Asks the API server for each right by a SelfSubjectAccessReview, which every user may ask. */
export async function checkRights(
  cluster: Pick<Cluster, 'ask'>,
  rights: readonly Right[],
  namespace: string,
): Promise<readonly CheckedRight[]> {
  const asked = rights.flatMap((right) => right.verbs.map((verb) => ({ right, verb })));
  return mapAtOnce(asked, callsAtOnce, async ({ right, verb }) => ({
    right,
    verb,
    granted: await check(cluster, right, verb, namespace),
  }));
}

async function check(cluster: Pick<Cluster, 'ask'>, right: Right, verb: string, namespace: string): Promise<Granted> {
  const everywhere = await review(cluster, right, verb, null);
  if (everywhere !== false || !right.namespaced) return everywhere === false ? 'no' : orYes(everywhere);
  const inside = await review(cluster, right, verb, namespace);
  if (inside === false) return 'no';
  return inside === true ? 'namespace' : inside;
}

function orYes(answer: true | { readonly unknown: string }): Granted {
  return answer === true ? 'yes' : answer;
}

async function review(
  cluster: Pick<Cluster, 'ask'>,
  { group, resource }: Right,
  verb: string,
  namespace: string | null,
): Promise<boolean | { readonly unknown: string }> {
  const [name = '', subresource] = resource.split('/');
  const answer = await cluster.ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        verb,
        group,
        resource: name,
        ...(subresource === undefined ? {} : { subresource }),
        ...(namespace === null ? {} : { namespace }),
      },
    },
  });
  if (!answer.ok) return { unknown: answer.reason };
  if (answer.status >= 300) return { unknown: `the API server answered ${answer.status}` };
  try {
    return asObject(asObject(JSON.parse(answer.text)).status).allowed === true;
  } catch {
    return { unknown: 'the answer is no JSON' };
  }
}
