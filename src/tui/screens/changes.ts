import { refText } from '../../snapshot/object.ts';
import type { Change } from '../changes.ts';
import type { Content, Row } from '../content.ts';
import { age, type Data } from '../data.ts';
import { reportOf, waitingText } from './waiting.ts';

/** What was not as before: between readings while this was open, and in the cluster before a fault began. The newest first. */
export function changesContent(data: Data): Content {
  const all = [...data.changes, ...beforeFaults(data)].sort((one, other) => other.at - one.at);
  return {
    kind: 'list',
    title: 'what changed',
    columns: [
      { title: 'AT (UTC)', most: 19 },
      { title: 'AGO', most: 5, right: true, spare: 2 },
      { title: 'WHAT', most: 15 },
      { title: 'ABOUT', most: 40, spare: 1 },
      { title: 'HOW', most: 400, least: 20 },
    ],
    rows: all.map((change, at) => rowOf(change, data, at)),
    empty: waitingText(data, `nothing changed since this was opened ${age(data.opened, data.now)} ago`),
  };
}

function rowOf({ at, what, about, said, severity, finding }: Change, { now, opened }: Data, index: number): Row {
  const iso = new Date(at).toISOString();
  const near = iso.slice(0, 10) === new Date(opened).toISOString().slice(0, 10);
  return {
    key: finding === null ? `change ${index}` : `finding ${finding}`,
    cells: [near ? iso.slice(11, 19) : iso.slice(0, 19).replace('T', ' '), age(at, now), what, about, said],
    order: [at, at, what, about, said],
    ...(severity === null ? {} : { severity }),
  };
}

/** Changes of objects that findings tell of: they stand shortly before the fault. */
function beforeFaults(data: Data): readonly Change[] {
  const told = new Map<string, Change>();
  for (const { id, severity, changes } of reportOf(data)?.findings ?? []) {
    for (const { at, what, object } of changes) {
      const about = refText(object);
      const key = `${at} ${about} ${what}`;
      if (!told.has(key))
        told.set(key, { at: Date.parse(at), what: 'object', about, said: what, severity, finding: id });
    }
  }
  return [...told.values()].filter(({ at }) => Number.isFinite(at));
}
