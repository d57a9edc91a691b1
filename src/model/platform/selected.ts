import { memoize } from '../../lib/memo.ts';
import type { Model } from '../model.ts';
import { type LabelSelector, selects } from '../selector.ts';
import type { Pod, Workload } from './kinds.ts';

interface Placed {
  readonly ref: { readonly namespace: string | null };
}

type Labels = Readonly<Record<string, string>>;

/** The things of a namespace whose labels a selector holds for; null selects nothing. */
type Select<T> = (namespace: string | null, selector: LabelSelector | null) => readonly T[];

/**
 * Indexes labelled things, so that a selector looks only at those that carry one of its labels: a mesh of a thousand nodes
 * asks a thousand times over thousands of pods.
 */
function indexByLabel<T extends Placed>(items: readonly T[], labelsOf: (item: T) => Labels): Select<T> {
  const byLabel = new Map<string, T[]>();
  const byNamespace = new Map<string, T[]>();
  const add = (index: Map<string, T[]>, key: string, item: T): void => {
    const list = index.get(key);
    if (list) list.push(item);
    else index.set(key, [item]);
  };
  for (const item of items) {
    const namespace = item.ref.namespace ?? '';
    add(byNamespace, namespace, item);
    for (const [key, value] of Object.entries(labelsOf(item))) add(byLabel, `${namespace} ${key}=${value}`, item);
  }
  return (namespace, selector) => {
    if (!selector) return [];
    let near = byNamespace.get(namespace ?? '') ?? [];
    for (const [key, value] of Object.entries(selector.matchLabels)) {
      const carrying = byLabel.get(`${namespace ?? ''} ${key}=${value}`) ?? [];
      if (carrying.length < near.length) near = carrying;
    }
    return near.filter((item) => selects(selector, labelsOf(item)));
  };
}

/** The pods that a selector of their namespace selects. */
export const podsSelected = memoize((model: Model) => indexByLabel<Pod>(model.pods, ({ labels }) => labels));

/** The workloads whose pods a selector of their namespace would select. */
export const workloadsSelected = memoize((model: Model) =>
  indexByLabel<Workload>(model.workloads, ({ podLabels }) => podLabels),
);
