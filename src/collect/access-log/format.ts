import type { Operator } from './operators.ts';

/** A format string taken apart: literal text and operators, in order. */
export type FormatPart = string | Operator;

/** Envoy's default text format (docs: configuration/observability/access_log/usage, "Default Format String"). */
export const defaultTextFormat =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" ' +
  '"%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n';

/** `%NAME(argument):length%`, as source/common/formatter/substitution_formatter.cc of Envoy takes it; `%%` is a percent sign. */
const operator = /%(?:([A-Z0-9_]+)(?:\((.*?)\))?(?::(\d{1,6}))?)?%/gs;

/** Takes a format string apart. A percent sign that begins no operator stays text: Envoy would have refused it. */
export function parseFormat(format: string): readonly FormatPart[] {
  const parts: FormatPart[] = [];
  let literal = '';
  let at = 0;
  for (const match of format.matchAll(operator)) {
    const [whole, name, argument, most] = match;
    literal += format.slice(at, match.index);
    at = match.index + whole.length;
    if (name === undefined) {
      literal += '%';
      continue;
    }
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push({ name, argument: argument ?? null, most: most === undefined ? null : Number(most) });
  }
  literal += format.slice(at);
  return literal === '' ? parts : [...parts, literal];
}
