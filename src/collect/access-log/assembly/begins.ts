/** `0000-00-00T00:00:00`, and what a runtime writes behind it. */
const head = memory.data<u8>([
  0x30, 0x30, 0x30, 0x30, 0x2d, 0x30, 0x30, 0x2d, 0x30, 0x30, 0x54, 0x30, 0x30, 0x3a, 0x30, 0x30, 0x3a, 0x30, 0x30,
]);
const headLength: i32 = 19;
/** `00:00` */
const zone = memory.data<u8>([0x30, 0x30, 0x3a, 0x30, 0x30]);
const zoneLength: i32 = 5;
/** `stdout F ` and `stderr F `: their first eight bytes. */
const stdoutWhole: u64 = 0x462074756f647473;
const stderrWhole: u64 = 0x4620727265647473;

/**
 * Where the text of a line begins behind what a runtime or kubectl put before it, as `Unwrapper` takes it out; -1: what kind of
 * line this is needs a closer look.
 */
export function textBegins(from: i32, to: i32): i32 {
  if (to === from || load<u8>(to - 1) === 0x0d) return -1;
  const begin = isDigit(load<u8>(from)) ? behindTime(from, to) : from;
  if (begin < 0 || begin >= to || load<u8>(begin) !== 0x5b) return begin;
  // `[pod/`, and the blank in `[2026-11-27 01:26:03.277]` of Envoy's own log.
  return load<u8>(begin + 1) === 0x70 || load<u8>(begin + 11) === 0x20 ? -1 : begin;
}

function behindTime(from: i32, to: i32): i32 {
  const behind = timeEnd(from, to);
  if (behind < 0 || load<u8>(behind) !== 0x20) return from;
  const begin = behind + 1;
  const next = load<u8>(begin);
  // `[`, `{` and `"` begin what `--timestamps` put a time before.
  if (next === 0x5b || next === 0x7b || next === 0x22) return begin;
  if (next !== 0x73) return from;
  const words = load<u64>(begin);
  return (words === stdoutWhole || words === stderrWhole) && load<u8>(begin + 8) === 0x20 ? begin + 9 : -1;
}

/** Where a time of RFC 3339 ends; -1: none stands there. */
function timeEnd(from: i32, to: i32): i32 {
  if (!hasForm(from, to, head, headLength)) return -1;
  let at = from + headLength;
  if (load<u8>(at) === 0x2e) {
    const fraction = at + 1;
    for (at = fraction; at < to && isDigit(load<u8>(at)); ) at += 1;
    if (at === fraction || at - fraction > 9) return -1;
  }
  const next = load<u8>(at);
  if (next === 0x5a) return at + 1;
  return (next === 0x2b || next === 0x2d) && hasForm(at + 1, to, zone, zoneLength) ? at + 1 + zoneLength : -1;
}

/** Digits where the form has `0`, else the same bytes. */
function hasForm(from: i32, to: i32, form: usize, length: i32): bool {
  if (from + length > to) return false;
  for (let index = 0; index < length; index += 1) {
    const byte = load<u8>(from + index);
    const wanted = load<u8>(form + index);
    if (wanted === 0x30 ? !isDigit(byte) : byte !== wanted) return false;
  }
  return true;
}

function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}
