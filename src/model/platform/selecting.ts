import { groupBy, memoize } from '../../lib/memo.ts';
import type { ObjectRef } from '../../snapshot/object.ts';
import type { Model } from '../model.ts';
import { type LabelSelector, selects } from '../selector.ts';

interface Selecting {
  readonly ref: ObjectRef;
  readonly selector: LabelSelector;
}

/** The VirtualNodes, VirtualGateways and Services of a namespace that select pods of these labels. */
export function selecting(
  model: Model,
  namespace: string | null,
  labels: Readonly<Record<string, string>>,
): readonly ObjectRef[] {
  const byLabel = selectorsByLabel(model);
  const near = ['', ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)].flatMap(
    (label) => byLabel.get(`${namespace ?? ''} ${label}`) ?? [],
  );
  return near.filter(({ selector }) => selects(selector, labels)).map(({ ref }) => ref);
}

/** By namespace and the first label that each selector asks for. */
const selectorsByLabel = memoize((model: Model) => {
  const nodes = [...model.virtualNodes, ...model.virtualGateways].flatMap(
    ({ ref, podSelector }): readonly Selecting[] => (podSelector === null ? [] : [{ ref, selector: podSelector }]),
  );
  const services = model.services.flatMap(({ ref, selector }): readonly Selecting[] =>
    selector === null || Object.keys(selector).length === 0
      ? []
      : [{ ref, selector: { matchLabels: selector, matchExpressions: [] } }],
  );
  return groupBy([...nodes, ...services], ({ ref, selector }) => {
    const [label] = Object.entries(selector.matchLabels);
    return `${ref.namespace ?? ''} ${label ? `${label[0]}=${label[1]}` : ''}`;
  });
});
