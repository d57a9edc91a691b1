import { portStart } from '../match/host.ts';
import { findHost } from '../table/host-index.ts';
import type { RouteConfig, VirtualHost } from '../table/table.ts';
import { type Condition, wordCondition } from '../space/field.ts';
import { hostLanguage } from '../space/host-domain.ts';
import { type Language, literal, patternLanguage } from '../space/language.ts';
import type { Scene } from '../space/scene.ts';

/** Hosts that come to one virtual host in one table, and to one in the other (null: to none). */
export interface HostUnit {
  readonly given: readonly Condition[];
  readonly one: VirtualHost | null;
  readonly other: VirtualHost | null;
}

/** Lays the hosts of two route configurations over each other: exact domains by name, wildcards by what is left. */
export function hostUnits(scene: Scene, one: RouteConfig, other: RouteConfig): readonly HostUnit[] {
  const named = [...new Set([...one.index.exact.keys(), ...other.index.exact.keys()])];
  const byPair = new Map<VirtualHost | null, Map<VirtualHost | null, string[]>>();
  for (const domain of named) {
    const [first, second] = [findHost(one.index, domain), findHost(other.index, domain)];
    const row = byPair.get(first) ?? new Map<VirtualHost | null, string[]>();
    byPair.set(first, row);
    row.set(second, [...(row.get(second) ?? []), domain]);
  }
  const exact = [...byPair].flatMap(([first, row]) =>
    [...row].map(([second, domains]) => ({
      given: [wordCondition(scene.host, domainSet(domains, one.ignorePort || other.ignorePort), true, false)],
      one: first,
      other: second,
    })),
  );
  const outside =
    named.length === 0
      ? []
      : [wordCondition(scene.host, domainSet(named, one.ignorePort || other.ignorePort), false, false)];
  const wild = wildHosts(one).flatMap((first) =>
    wildHosts(other).map((second) => ({
      given: [
        ...outside,
        wordCondition(scene.host, hostLanguage(one, first), true, false),
        wordCondition(scene.host, hostLanguage(other, second), true, false),
      ],
      one: first,
      other: second,
    })),
  );
  return [...exact, ...wild];
}

/** The virtual hosts that a host without a domain of its own can come to; null: none. */
function wildHosts({ index }: RouteConfig): readonly (VirtualHost | null)[] {
  const hosts = new Set<VirtualHost | null>([
    ...index.suffixes.map(([, host]) => host),
    ...index.prefixes.map(([, host]) => host),
    index.any,
  ]);
  return [...hosts];
}

function domainSet(domains: readonly string[], anyPort: boolean): Language {
  const names = new Set(domains);
  const pattern = `(?:${domains.map((domain) => literal(domain, true)).join('|')})${anyPort ? '(?::[^:\\]]*)?' : ''}`;
  const has = (host: string): boolean => {
    const at = anyPort ? portStart(host) : -1;
    return names.has((at < 0 ? host : host.slice(0, at)).toLowerCase());
  };
  return patternLanguage(pattern, has, domains);
}
