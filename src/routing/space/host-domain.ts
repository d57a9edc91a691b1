import { memoize } from '../../lib/memo.ts';
import { portStart } from '../match/host.ts';
import { findHost } from '../table/host-index.ts';
import type { HostIndex, RouteConfig, VirtualHost } from '../table/table.ts';
import { type Automaton, determinise, together } from './automaton.ts';
import { everything, type Language, literal, once } from './language.ts';
import { nfaOf } from './nfa.ts';
import { OutOfBudget } from './word.ts';

/** The most domains whose overlaps are worked out one by one; more are left undecided where routes look at the host. */
const mostDomains = 60;

/** The hosts (`:authority` as routes see it) that come to a virtual host (null: to none): its domains, less those tried first. */
export function hostLanguage(config: RouteConfig, host: VirtualHost | null): Language {
  const languages = languagesOf(config);
  const made = languages.get(host) ?? makeLanguage(config, host);
  languages.set(host, made);
  return made;
}

/** Kept as long as the table: each automaton looks at all domains, and all ways through the table ask for it. */
const languagesOf = memoize((_: RouteConfig) => new Map<VirtualHost | null, Language>());

function makeLanguage(config: RouteConfig, host: VirtualHost | null): Language {
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
    anyCase: true,
    ...(ignorePort || !onlyExact(index, host) ? {} : { forms: exactOf(index, host) }),
    hints,
    automaton: once(() => {
      if (ignorePort) throw new OutOfBudget('routes that look at the host, with ignore_port_in_host_matching');
      const tried = domainsOf(index);
      if (tried.length > mostDomains)
        throw new OutOfBudget(`routes that look at the host, among ${tried.length} domains`);
      const automata = tried.map(({ automaton }) => automaton);
      return together(automata, (accepting) => (tried[accepting.indexOf(true)]?.host ?? null) === host);
    }),
  };
}

/** Whether all that comes to a virtual host comes by a whole name. */
function onlyExact({ suffixes, prefixes, any }: HostIndex, host: VirtualHost | null): boolean {
  return host !== null && any !== host && ![...suffixes, ...prefixes].some(([, of]) => of === host);
}

function exactOf({ exact }: HostIndex, host: VirtualHost | null): readonly string[] {
  return [...exact].flatMap(([name, of]) => (of === host ? [name] : []));
}

interface Domain {
  readonly automaton: Automaton;
  readonly host: VirtualHost;
}

/** All domains in the order in which Envoy tries them. */
const domainsOf = memoize((index: HostIndex): readonly Domain[] => {
  const some = '(?s:.+)';
  const made = (pattern: string, host: VirtualHost) => ({ automaton: determinise(nfaOf(pattern, 'byte')), host });
  return [
    ...[...index.exact].map(([text, host]) => made(literal(text, true), host)),
    ...index.suffixes.map(([text, host]) => made(some + literal(text, true), host)),
    ...index.prefixes.map(([text, host]) => made(literal(text, true) + some, host)),
    ...(index.any ? [made(some, index.any)] : []),
  ];
});
