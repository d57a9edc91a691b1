import type { SeenProcessLines } from '../../snapshot/access-log/traffic-view.ts';
import type { ProcessLine } from '../../snapshot/access-log/line.ts';

type Growing = Omit<SeenProcessLines, 'place' | 'count' | 'firstSeen' | 'lastSeen'> & {
  count: number;
  from: number | null;
  to: number | null;
};

const most = 200;
const longest = 500;

/** Keeps what Envoy's own lines say of configuration, each saying once; a bounded number of sayings. */
export class ProcessTally {
  readonly #said = new Map<string, Growing>();

  add({ kind, at, level, text }: ProcessLine): void {
    if (kind === 'other') return;
    const told = toldOf(text);
    const code = kind === 'stream-closed' ? (/closed(?: since \S+)?: (\d{1,3})\b/.exec(text)?.[1] ?? null) : null;
    const key = `${kind} ${code} ${told.replace(/\d+/g, '9')}`;
    const held = this.#said.get(key);
    if (!held) {
      if (this.#said.size < most) this.#said.set(key, { kind, level, text: told, code, count: 1, from: at, to: at });
      return;
    }
    held.count += 1;
    if (at === null) return;
    held.from = Math.min(held.from ?? at, at);
    held.to = Math.max(held.to ?? at, at);
  }

  result(): readonly Omit<SeenProcessLines, 'place'>[] {
    return [...this.#said.values()].map(({ from, to, ...one }) => ({
      ...one,
      firstSeen: from === null ? null : new Date(from).toISOString(),
      lastSeen: to === null ? null : new Date(to).toISOString(),
    }));
  }
}

/** What a line says behind its head, without addresses and account numbers. */
function toldOf(text: string): string {
  const said = text.replace(/^(?:\[[^\]]*\]){1,6}\s*/, '');
  return said
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, ':address')
    .replace(/\b\d{12}\b/g, ':account')
    .slice(0, longest);
}
