import type { Manager, Route, VirtualHost } from '../table/table.ts';
import type { Order } from './reach.ts';

/** A path that every connection manager leaves as it is, and that no other way of writing means too. */
const plain = /^\/(?:[\w~-][\w.~-]*(?:\/[\w~-][\w.~-]*)*\/?)?$/;

/**
 * Whether the texts of paths alone prove that no route of a virtual host loses a request to another but to special cases of
 * itself: each asks for a plain prefix or path and nothing else, and each stands surely before those whose prefix holds its
 * own. The ordinary case of large tables: it costs no solver.
 */
export function provedApart({ routes, domains }: VirtualHost, manager: Manager, surelyBefore: Order): boolean {
  if (!domains.some((domain) => isReachable(domain, manager))) return false;
  const tests = routes.flatMap((route) => plainTest(route) ?? []);
  if (tests.length !== routes.length) return false;
  const byText = new Map<string, number[]>();
  for (const [at, { value }] of tests.entries()) {
    const known = byText.get(value);
    if (known) known.push(at);
    else byText.set(value, [at]);
  }
  const lengths = [...new Set(tests.map(({ value }) => value.length))].sort((one, other) => one - other);
  for (const [at, { value, kind }] of tests.entries()) {
    for (const length of lengths) {
      if (length > value.length) break;
      const whole = length === value.length;
      for (const other of byText.get(whole ? value : value.slice(0, length)) ?? []) {
        const holds = tests[other]?.kind === 'prefix' || (whole && kind === 'exact');
        if (other !== at && holds && !surelyBefore(at, other)) return false;
      }
    }
  }
  return true;
}

function isReachable(domain: string, { stripPort, stripTrailingDot }: Manager): boolean {
  return (stripPort === 'none' && !stripTrailingDot) || !/[:.]$|:\d+$/.test(domain);
}

function plainTest({ clauses }: Route): { readonly value: string; readonly kind: 'exact' | 'prefix' } | null {
  const [clause, ...others] = clauses;
  if (clause?.field !== 'path' || others.length > 0) return null;
  const { test } = clause;
  if ((test.kind !== 'exact' && test.kind !== 'prefix') || test.ignoreCase || !plain.test(test.value)) return null;
  return { value: test.value, kind: test.kind };
}
