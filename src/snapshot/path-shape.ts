/** What a segment of a path that names one thing or person becomes. */
const id = ':id';

const longest = 200;
const mostSegments = 16;

/**
 * A path without what tells things and people apart: its query is left out; numbers, UUIDs, hashes, dates, e-mail addresses and
 * tokens become `:id`. What two requests of one kind share stays, and nothing that a log must not give away.
 */
export function pathShape(target: string): string {
  const end = target.search(/[?#;]/);
  const path = end < 0 ? target : target.slice(0, end);
  if (!/[\d@%=.]|[^/]{24}/.test(path)) return path.length > longest ? `${path.slice(0, longest)}…` : path;
  const segments = path.split('/');
  const shown = segments.slice(0, mostSegments).map((segment) => (isId(segment) ? id : segment));
  const shape = segments.length > mostSegments ? `${shown.join('/')}/…` : shown.join('/');
  return shape.length > longest ? `${shape.slice(0, longest)}…` : shape;
}

/** Beginnings of words that are not ids though they hold a digit: `v1`, `oauth2`, `s3`. */
const word = /^(?:v\d{1,3}(?:\.\d{1,2})?|[a-z]{1,12}\d{1,2}|\d?[a-z][a-z_-]{0,40})(?:\.[a-z]{1,6}\d?)?$/i;

/** True for a segment that names one thing or person. */
export function isId(segment: string): boolean {
  if (segment === '' || segment === '*') return false;
  if (/@|%40/i.test(segment) || segment.includes('=')) return true;
  if (segment.length > 40) return true;
  if (!/\d/.test(segment)) return segment.length >= 24 && !/[-_.]/.test(segment);
  return !word.test(segment);
}

/** A text of unknown kind without what it says: letters as `a`, digits as `9`; its form alone is left. */
export function textForm(text: string): string {
  const form = text.slice(0, 120).replace(/\p{L}/gu, 'a').replace(/\d/g, '9');
  return text.length > 120 ? `${form}…` : form;
}
