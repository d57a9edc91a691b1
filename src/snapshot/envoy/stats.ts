import { asList, asText, isObject, type JsonObject, pointer } from '../../lib/json.ts';
import { isKeptStat } from './stat-names.ts';
import type { StatValue } from './view.ts';

/** There are thousands of them, and few are ever told: the pointer is made when it is asked for. */
class StatAt implements StatValue {
  readonly value: number;
  readonly document: string;
  /** Its index in the list of the page, or its name in one that is text. */
  readonly #at: number | string;

  constructor(value: number, at: number | string, document: string) {
    this.value = value;
    this.#at = at;
    this.document = document;
  }

  get pointer(): string {
    return typeof this.#at === 'number' ? `/stats/${this.#at}/value` : pointer(this.#at);
  }
}

/** The counters and gauges of one stats page. */
export type StatValues = ReadonlyMap<string, StatValue>;

/** Reads `/stats?format=json`, whose list ends with an element of histograms; null where it is not that page. */
export function readStats(page: JsonObject, document: string): StatValues | null {
  if (!Array.isArray(page.stats)) return null;
  const values = new Map<string, StatValue>();
  let index = -1;
  for (const stat of asList(page.stats)) {
    index += 1;
    if (!isObject(stat)) continue;
    const { value } = stat;
    const name = asText(stat.name);
    if (name === undefined || typeof value !== 'number' || !isKeptStat(name)) continue;
    values.set(name, new StatAt(value, index, document));
  }
  return values;
}

/** Reads the text of `/stats`: `name: value` a line; null where it is not that page. Pointers are into `{name: value}`. */
export function readStatsText(text: string, document: string): StatValues | null {
  const values = new Map<string, StatValue>();
  let lines = 0;
  let strange = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (end > start) {
      lines += 1;
      if (!readLine(text.slice(start, end), document, values)) strange += 1;
    }
    start = end + 1;
  }
  return lines > 0 && strange * 2 > lines ? null : values;
}

/**
 * Reads one line; false where it has no `name: `. Text readouts are quoted and histograms are lists of quantiles: only whole
 * numbers are counters or gauges.
 */
function readLine(line: string, document: string, values: Map<string, StatValue>): boolean {
  const colon = line.lastIndexOf(': ');
  if (colon <= 0) return false;
  const digits = line.slice(colon + 2).trimEnd();
  if (!/^\d{1,20}$/.test(digits)) return true;
  const name = line.slice(0, colon);
  if (isKeptStat(name)) values.set(name, new StatAt(Number(digits), name, document));
  return true;
}
