import { clean } from '../lib/text.ts';

/** XML that may stand as it is. */
export class Xml {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Attributes = Readonly<Record<string, string | number | null>>;

/** An XML element; attributes that are null are left out. Texts among the children are escaped. */
export function element(name: string, attributes: Attributes, ...children: readonly (Xml | string)[]): Xml {
  const written = Object.entries(attributes)
    .map(([key, value]) => (value === null ? '' : ` ${key}="${escapeXml(String(value))}"`))
    .join('');
  const inner = children.map((child) => (child instanceof Xml ? child.text : escapeXml(child))).join('');
  return new Xml(inner === '' ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>`);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * Text as XML. XML 1.0 (section 2.2) has no way to write most control characters, lone surrogates, U+FFFE and U+FFFF:
 * they, and what is not seen or turns the direction of writing, become escapes that people can read. Line feeds stay.
 */
function escapeXml(text: string): string {
  return text
    .split('\n')
    .map(clean)
    .join('\n')
    .replace(/[\ufffe\uffff]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
    .replace(/[&<>"]/g, (character) => entities[character] ?? '');
}
