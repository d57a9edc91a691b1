import { canonicalPath, mergeSlashes, unescapeSlashes } from '../match/path.ts';
import type { Manager } from '../table/table.ts';
import { patternLanguage } from './language.ts';
import type { Signed } from './word.ts';

/** `%` and the digits of a character that the canonical form writes plainly, or of a zero byte. */
const plainEscapes = '%(?:00|2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])';

/**
 * The paths that routes can see: those that the connection manager's normalisation leaves as they are. Its work is idempotent,
 * so what it makes of any request is one of them; a regular language, while its inverse is none (dot segments).
 */
export function pathDomain(managers: readonly Manager[], bytes: 'usual' | 'legal'): readonly Signed[] {
  return managers.flatMap((manager) => domainOf(manager, bytes));
}

function domainOf(manager: Manager, bytes: 'usual' | 'legal'): readonly Signed[] {
  // Envoy answers 400 to blanks, controls and `#`, HTTP/1 to bytes beyond ASCII too; `?` begins the query.
  const beyond = bytes === 'legal' ? '\\x80-\\xff' : '';
  const chars = manager.normalizePath ? '[!$-;=@-\\[\\]_a-z~]' : `[!"$->@-~${beyond}]`;
  const unseen: string[] = [];
  if (manager.normalizePath) unseen.push(`(?:.*/)?\\.\\.?(?:/.*)?`, `.*${plainEscapes}.*`);
  if (manager.mergeSlashes) unseen.push('//.+', '.+//.*');
  if (manager.escapedSlashes !== 'keep') unseen.push('.*%(?:2[fF]|5[cC]).*');
  const legal = new RegExp(`^/${chars}*$`);
  const written = patternLanguage(`/${chars}*`, (path) => legal.test(path), ['/', '/x', '/index']);
  if (unseen.length === 0) return [{ language: written, wanted: true }];
  const changed = patternLanguage(`(?s:${unseen.join('|')})`, (path) => normalised(path, manager) !== path, []);
  return [
    { language: written, wanted: true },
    { language: changed, wanted: false },
  ];
}

/** What the connection manager makes of a path; null where it answers itself. */
export function normalised(path: string, manager: Manager): string | null {
  let made = path;
  if (manager.escapedSlashes !== 'keep') {
    made = unescapeSlashes(path);
    if (made !== path && manager.escapedSlashes !== 'forward') return null;
  }
  if (manager.normalizePath) {
    const canonical = canonicalPath(made);
    if (canonical === null) return null;
    made = canonical;
  }
  return manager.mergeSlashes ? mergeSlashes(made) : made;
}
