/** Some of the resources of one kind, by their names. */
export interface Slice {
  /** RE2 that takes a whole name, as `name_regex` does. */
  readonly pattern: string;
  /** How many of the known names it takes. */
  readonly names: number;
}

/**
 * Patterns of which each takes at most so many of the known names, and which together take every name there can be, each
 * exactly once: what is not among the known ones is in some part too. Null where names cannot be told apart so far.
 * `sanitized`: the names are those of statistics, in which Envoy writes `_` for a colon.
 */
export function slicesOf(names: readonly string[], most: number, sanitized = false): readonly Slice[] | null {
  const found: Found = { parts: [], rests: [], sanitized };
  const sorted = [...new Set(names)].sort();
  return split(sorted, 0, most, found) ? [...found.parts, ...joinRests(found.rests, most)] : null;
}

interface Found {
  readonly parts: Slice[];
  /** What lies beside the ways that known names take: mostly nothing. */
  readonly rests: Slice[];
  readonly sanitized: boolean;
}

/** Splits names that are the same up to `from`; false where it cannot. */
function split(names: readonly string[], from: number, most: number, found: Found): boolean {
  const { parts, rests } = found;
  const [first = ''] = names;
  const literal = (text: string): string => [...text].map((letter) => written(letter, found)).join('');
  if (names.length <= most) {
    parts.push({ pattern: literal(first.slice(0, from)) + rest, names: names.length });
    return true;
  }
  const to = from + alike(names, from);
  for (let at = from; at < to; at += chunk)
    rests.push({
      pattern: literal(first.slice(0, at)) + notFollowing(first.slice(at, Math.min(to, at + chunk)), found),
      names: 0,
    });
  const prefix = literal(first.slice(0, to));
  const branches = new Map<string, string[]>();
  let beside = 0;
  for (const name of names) {
    const letter = name[to];
    if (!isPlain(letter)) beside += 1;
    else if (!branches.get(letter)?.push(name)) branches.set(letter, [name]);
  }
  if (beside > most) return false;
  rests.push({ pattern: `${prefix}(?:[^${classOf([...branches.keys()], found)}]${rest})?`, names: beside });
  let letters: string[] = [];
  let count = 0;
  const flush = (): void => {
    if (count > 0) parts.push({ pattern: `${prefix}[${classOf(letters, found)}]${rest}`, names: count });
    letters = [];
    count = 0;
  };
  for (const [letter, branch] of branches) {
    if (branch.length > most) {
      if (!split(branch, to + 1, most, found)) return false;
      continue;
    }
    if (count + branch.length > most) flush();
    letters.push(letter);
    count += branch.length;
  }
  flush();
  return true;
}

/** Any bytes: of all that RE2 has, the smallest program. */
const rest = '\\C*';
/** Programs above `re2.max_program_size.error_level` are refused, which App Mesh's bootstrap sets to 1,000: these stay below half. */
const chunk = 24;
const longestPattern = 400;

/** How many plain letters follow that all names share; the names are sorted. */
function alike(names: readonly string[], from: number): number {
  const [first = '', last = ''] = [names[0], names.at(-1)];
  let to = from;
  while (first[to] === last[to] && isPlain(first[to])) to += 1;
  return to - from;
}

/** Of a letter that takes several bytes, some versions of Envoy see the letter and some its bytes. */
function isPlain(letter: string | undefined): letter is string {
  return letter !== undefined && letter <= '~';
}

/** What does not begin with these letters. */
function notFollowing(letters: string, found: Found): string {
  let pattern = '';
  for (const letter of [...letters].reverse()) {
    const goesOn = pattern === '' ? '' : `|${written(letter, found)}${pattern}`;
    pattern = `(?:[^${classOf([letter], found)}]${rest}${goesOn})?`;
  }
  return pattern;
}

/** What lies beside is asked for together, as long as its pattern stays small. */
function joinRests(rests: readonly Slice[], most: number): readonly Slice[] {
  const joined: Slice[] = [];
  for (const { pattern, names } of rests) {
    const last = joined.at(-1);
    if (last && last.names + names <= most && last.pattern.length + pattern.length < longestPattern)
      joined[joined.length - 1] = { pattern: `${last.pattern}|${pattern}`, names: last.names + names };
    else joined.push({ pattern, names });
  }
  return joined;
}

function written(letter: string, found: Found): string {
  const inside = classOf([letter], found);
  return inside === ':_' ? `[${inside}]` : inside;
}

function classOf(letters: readonly string[], { sanitized }: Found): string {
  return letters
    .map((letter) => {
      if (letter === '_' && sanitized) return ':_';
      return /\w/.test(letter) ? letter : `\\x{${letter.charCodeAt(0).toString(16)}}`;
    })
    .join('');
}
