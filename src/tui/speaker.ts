import type { Spoken } from './speech.ts';

/** Writes screens as lines of words, one after the other, for screen readers: only what is new, and nothing is ever painted over. */
export class Speaker {
  readonly #write: (text: string) => void;
  #said: Spoken | null = null;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Says what is new of a screen; `whole`: all of it, once more. */
  say(spoken: Spoken, whole = false): void {
    const before = whole ? null : this.#said;
    this.#said = spoken;
    const { place, heading, stand, here, notice, news } = spoken;
    const lines: string[] = [];
    if (before?.place !== place) lines.push('', ...heading);
    if (before?.place !== place || before.stand !== stand) lines.push(...here);
    lines.push(...news.filter((one) => !before?.news.includes(one)));
    if (notice !== null && notice !== before?.notice) lines.push(notice);
    if (notice === null && before?.notice?.startsWith('paused')) lines.push('goes on');
    // The terminal is raw: a line does not end by itself.
    if (lines.length > 0) this.#write(`${lines.join('\r\n')}\r\n`);
  }
}
