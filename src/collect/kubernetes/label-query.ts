import type { LabelSelector } from '../../snapshot/selector.ts';

/** Reads what kubectl takes for `-l`: `a=b,c!=d,e in (x,y),f notin (x),g,!h`; a line that says what is wrong else. */
export function parseLabelQuery(text: string): LabelSelector | string {
  const expressions: LabelSelector['matchExpressions'][number][] = [];
  for (const part of text.split(/,(?![^(]*\))/).map((piece) => piece.trim())) {
    if (part === '') continue;
    const expression = parsePart(part);
    if (expression === null) return `-l ${part}: a label query is like app=edge,tier!=test,env in (a,b),!legacy`;
    expressions.push(expression);
  }
  return { matchLabels: {}, matchExpressions: expressions };
}

const key = '[\\w./-]+';
const set = new RegExp(`^(${key})\\s+(in|notin)\\s*\\(([^)]*)\\)$`);
const equality = new RegExp(`^(${key})\\s*(==?|!=)\\s*([\\w.-]*)$`);
const presence = new RegExp(`^(!?)\\s*(${key})$`);

function parsePart(part: string): LabelSelector['matchExpressions'][number] | null {
  const among = set.exec(part);
  if (among) {
    const [, name = '', operator, list = ''] = among;
    const values = list.split(',').map((value) => value.trim());
    return { key: name, operator: operator === 'in' ? 'In' : 'NotIn', values };
  }
  const equal = equality.exec(part);
  if (equal) {
    const [, name = '', operator, value = ''] = equal;
    return { key: name, operator: operator === '!=' ? 'NotIn' : 'In', values: [value] };
  }
  const there = presence.exec(part);
  if (!there) return null;
  return { key: there[2] ?? '', operator: there[1] === '!' ? 'DoesNotExist' : 'Exists', values: [] };
}
