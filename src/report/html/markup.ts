import { clean } from '../../lib/text.ts';

/** HTML that may stand as it is: only `html` makes it. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | readonly Markup[];

/** Writes HTML: what is put in is escaped, unless it was written by `html` itself. Attributes stand in double quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = strings[0] ?? '';
  for (const [index, part] of parts.entries()) text += partText(part) + (strings[index + 1] ?? '');
  return new Markup(text);
}

/** Nothing. */
export const nothing = new Markup('');

/** The markup, or nothing. */
export function when(condition: boolean, markup: () => Markup): Markup {
  return condition ? markup() : nothing;
}

function partText(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string') return escapeHtml(part);
  return typeof part === 'number' ? String(part) : part.map(({ text }) => text).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return clean(text).replace(/[&<>"']/g, (sign) => entities[sign] ?? '');
}
