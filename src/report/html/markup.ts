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
  let inTag = endsInTag(text, false);
  for (const [index, part] of parts.entries()) {
    const next = strings[index + 1] ?? '';
    text += partText(part, inTag) + next;
    inTag = endsInTag(next, inTag);
  }
  return new Markup(text);
}

/** Nothing. */
export const nothing = new Markup('');

/** The markup, or nothing. */
export function when(condition: boolean, markup: () => Markup): Markup {
  return condition ? markup() : nothing;
}

/** What is put in holds no bare bracket: what is written here alone opens and closes tags. */
function endsInTag(written: string, before: boolean): boolean {
  const [open, close] = [written.lastIndexOf('<'), written.lastIndexOf('>')];
  return open === close ? before : open > close;
}

function partText(part: Part, inTag: boolean): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string') return escapeHtml(part, inTag);
  return typeof part === 'number' ? String(part) : part.map(({ text }) => text).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Quotes matter inside of tags alone: reports hold so much JSON that it shows in their size. */
function escapeHtml(text: string, inTag: boolean): string {
  return clean(text).replace(inTag ? /[&<>"']/g : /[&<>]/g, (sign) => entities[sign] ?? '');
}
