import type { RoutingRequest } from '../match/request.ts';
import type { Scene } from '../space/scene.ts';
import type { Table, VirtualHost } from '../table/table.ts';

/** Endings of paths that connection managers treat differently by their options. */
const oddEnds = ['/', '//', '//x', '/x/../', '/./x', '%2F', '%5C', '%61', '\\x'];

/** Requests that show a difference of connection managers' options, where routes care: made of the paths they ask for. */
export function probes(scene: Scene, one: Table, other: Table): readonly RoutingRequest[] {
  const hosts = new Map<string, string>();
  for (const table of [one, other]) {
    for (const host of hostsAt(table, scene.listener.port)) {
      const [domain = '*'] = host.domains;
      const name = domain.replace(/^\*\./, 'www.').replace(/^\*/, 'www').replace(/\*$/, 'example') || 'www';
      hosts.set(domain === '*' ? 'www.example.com' : name, pathIn(host));
    }
  }
  const ask = (authority: string, target: string): RoutingRequest => ({
    port: scene.listener.port,
    protocol: 'http1',
    sni: scene.chain.serverNames[0]?.replace(/^\*/, 'www') ?? 'absent',
    tls: scene.chain.tls,
    method: 'GET',
    authority,
    target,
    headers: new Map(),
    otherHeaders: 'absent',
  });
  return [...hosts]
    .slice(0, 100)
    .flatMap(([host, path]) => [
      ...oddEnds.map((end) => ask(host, path.replace(/\/$/, '') + end)),
      ask(`${host}:${scene.listener.port}`, path),
      ask(`${host}:1`, path),
      ask(`${host}.`, path),
    ]);
}

function hostsAt(table: Table, port: number): readonly VirtualHost[] {
  return table.listeners
    .filter((listener) => listener.port === port)
    .flatMap(({ chains }) => chains.flatMap(({ manager }) => manager?.routes?.hosts ?? []));
}

function pathIn({ routes }: VirtualHost): string {
  for (const { clauses } of routes) {
    for (const clause of clauses) if (clause.field === 'path' && 'value' in clause.test) return clause.test.value;
  }
  return '/';
}
