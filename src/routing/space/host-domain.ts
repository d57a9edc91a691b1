import { portStart } from '../match/host.ts';
import { findHost } from '../table/host-index.ts';
import type { HostIndex, RouteConfig, VirtualHost } from '../table/table.ts';
import { type Automaton, determinise, together } from './automaton.ts';
import { everything, type Language, literal } from './language.ts';
import { nfaOf } from './nfa.ts';
import { OutOfBudget } from './word.ts';

/** The most domains whose overlaps are worked out one by one; more are left undecided where routes look at the host. */
const mostDomains = 60;

/** The hosts (`:authority` as routes see it) that come to a virtual host (null: to none): its domains, less those tried first. */
export function hostLanguage(config: RouteConfig, host: VirtualHost | null): Language {
  const { index, ignorePort } = config;
  if (index.any === host && index.exact.size + index.suffixes.length + index.prefixes.length === 0) return everything;
  const has = (authority: string): boolean => {
    const at = ignorePort ? portStart(authority) : -1;
    return findHost(index, (at < 0 ? authority : authority.slice(0, at)).toLowerCase()) === host;
  };
  const hints = (host?.domains ?? ['*']).map((domain) =>
    domain === '*'
      ? 'www.example.com'
      : domain.startsWith('*')
        ? `www${domain.slice(1)}`
        : domain.replace(/\*$/, 'example'),
  );
  return {
    key: `host:${config.place.document}${config.place.pointer} ${host?.place.pointer}`,
    has,
    shape: null,
    hints,
    automaton: () => {
      if (ignorePort) throw new OutOfBudget('routes that look at the host, with ignore_port_in_host_matching');
      const tried = inOrder(index);
      if (tried.length > mostDomains)
        throw new OutOfBudget(`routes that look at the host, among ${tried.length} domains`);
      const automata = tried.map(({ automaton }) => automaton);
      return together(automata, (accepting) => (tried[accepting.indexOf(true)]?.host ?? null) === host);
    },
  };
}

/** All domains in the order in which Envoy tries them. */
function inOrder(index: HostIndex): readonly { readonly automaton: Automaton; readonly host: VirtualHost }[] {
  const some = '(?s:.+)';
  const made = (pattern: string, host: VirtualHost) => ({ automaton: determinise(nfaOf(pattern, 'byte')), host });
  return [
    ...[...index.exact].map(([text, host]) => made(literal(text, true), host)),
    ...index.suffixes.map(([text, host]) => made(some + literal(text, true), host)),
    ...index.prefixes.map(([text, host]) => made(literal(text, true) + some, host)),
    ...(index.any ? [made(some, index.any)] : []),
  ];
}
