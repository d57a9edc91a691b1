import { type CelExpression, CelRefused } from './cel.ts';
import type { Meter } from './meter.ts';

/** Makes the message about a subject; `otherwise` where a part of it is not there. */
export type Template = (view: object, meter: Meter, otherwise: string) => string;

const longestValue = 300;

/** Reads a text with expressions in `{{ }}`. */
export function readTemplate(text: string, read: (text: string) => CelExpression): Template {
  const parts = text.split(/(\{\{|\}\})/);
  const signs = parts.filter((part) => part === '{{' || part === '}}');
  if (signs.some((sign, index) => sign !== (index % 2 === 0 ? '{{' : '}}')) || signs.length % 2 === 1)
    throw new CelRefused('{{ and }} do not stand in pairs');
  // Text, sign, expression, sign, text …
  const pieces = parts.flatMap((part, index): readonly (string | CelExpression)[] => {
    if (index % 2 === 1 || part === '') return [];
    return [index % 4 === 2 ? read(part.trim()) : part];
  });
  return (view, meter, otherwise) => {
    let said = '';
    for (const piece of pieces) {
      if (typeof piece === 'string') said += piece;
      else {
        const result = piece.run(view, meter);
        if (result.type !== 'value') return otherwise;
        said += valueText(result.value);
      }
    }
    return said;
  };
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(Math.round(value * 1000) / 1000);
  const json = JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item));
  return (json ?? String(value)).slice(0, longestValue);
}
