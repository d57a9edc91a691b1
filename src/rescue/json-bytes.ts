const chunkLength = 1 << 18;

/**
 * A value as JSON in pieces, for people or without any blank: a bootstrap of 30 MB never stands in memory as one text.
 */
export function jsonBytes(value: unknown, compact: boolean): readonly Uint8Array[] {
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  let pending = '';
  const say = (text: string): void => {
    pending += text;
    if (pending.length < chunkLength) return;
    chunks.push(encoder.encode(pending));
    pending = '';
  };
  const write = (held: unknown, indent: string): void => {
    if (typeof held !== 'object' || held === null) {
      say(JSON.stringify(held));
      return;
    }
    const inner = compact ? '' : `${indent} `;
    let first = true;
    const next = (): void => {
      say(first ? inner : `,${inner}`);
      first = false;
    };
    if (Array.isArray(held)) {
      say('[');
      for (const item of held) {
        next();
        write(item, inner);
      }
      say(first ? ']' : `${indent}]`);
      return;
    }
    say('{');
    for (const [name, item] of Object.entries(held)) {
      if (item === undefined) continue;
      next();
      say(`${JSON.stringify(name)}:${compact ? '' : ' '}`);
      write(item, inner);
    }
    say(first ? '}' : `${indent}}`);
  };
  write(value, compact ? '' : '\n');
  return [...chunks, encoder.encode(`${pending}\n`)];
}
