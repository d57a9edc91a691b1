const head = Buffer.from('0000-00-00T00:00:00');
const criHeads = ['stdout F ', 'stderr F '].map((text) => Buffer.from(text));

/**
 * Where the text of a line begins behind what a runtime or kubectl put before it, as `Unwrapper` takes it out; -1: what kind of
 * line this is needs a closer look.
 */
export function textBegins(bytes: Buffer, from: number, to: number): number {
  if (to === from || bytes[to - 1] === 0x0d) return -1;
  const first = bytes[from] ?? 0;
  const begin = isDigit(first) ? behindTime(bytes, from, to) : from;
  if (begin < 0 || bytes[begin] !== 0x5b) return begin;
  // `[pod/`, and the blank in `[2026-11-27 01:26:03.277]` of Envoy's own log.
  const needsLook = bytes[begin + 1] === 0x70 || bytes[begin + 11] === 0x20;
  return needsLook ? -1 : begin;
}

function behindTime(bytes: Buffer, from: number, to: number): number {
  const behind = timeEnd(bytes, from, to);
  if (behind < 0 || bytes[behind] !== 0x20) return from;
  const begin = behind + 1;
  const next = bytes[begin];
  // `[`, `{` and `"` begin what `--timestamps` put a time before.
  if (next === 0x5b || next === 0x7b || next === 0x22) return begin;
  if (next !== 0x73) return from;
  for (const cri of criHeads)
    if (bytes.compare(cri, 0, cri.length, begin, begin + cri.length) === 0) return begin + cri.length;
  return -1;
}

/** Where a time of RFC 3339 ends; -1: none stands there. */
function timeEnd(bytes: Buffer, from: number, to: number): number {
  if (!hasForm(bytes, from, to, head)) return -1;
  let at = from + head.length;
  if (bytes[at] === 0x2e) {
    const fraction = at + 1;
    for (at = fraction; at < to && isDigit(bytes[at] ?? 0); ) at += 1;
    if (at === fraction || at - fraction > 9) return -1;
  }
  if (bytes[at] === 0x5a) return at + 1;
  const isZone = bytes[at] === 0x2b || bytes[at] === 0x2d;
  return isZone && hasForm(bytes, at + 1, to, zone) ? at + 1 + zone.length : -1;
}

const zone = Buffer.from('00:00');

/** Digits where the form has `0`, else the same bytes. */
function hasForm(bytes: Buffer, from: number, to: number, form: Uint8Array): boolean {
  if (from + form.length > to) return false;
  for (let index = 0; index < form.length; index += 1) {
    const byte = bytes[from + index] ?? 0;
    if (form[index] === 0x30 ? !isDigit(byte) : byte !== form[index]) return false;
  }
  return true;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
