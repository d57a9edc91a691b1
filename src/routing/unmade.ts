import { decide } from './match/decide.ts';
import { endsOf } from './match/endings.ts';
import type { RoutingRequest } from './match/request.ts';
import { compileTable } from './table/compile.ts';
import { makeListener } from './translate/listener.ts';
import type { LeftOut, Translation } from './translate/translation.ts';

const name = 'left-out';

/** The object that asks for a request and of which App Mesh makes no route: those left out are asked as if they stood in a table. */
export function unmadeOf({ leftOut, input }: Translation, request: RoutingRequest): LeftOut | null {
  const { port } = request;
  const owners = leftOut.flatMap((one) => one.matches.map((match) => ({ one, match })));
  if (owners.length === 0 || port === null) return null;
  const routes = owners.map(({ match }) => ({ match, direct_response: { status: 200 } }));
  const body = { name, virtual_hosts: [{ name, domains: ['*'], routes }] };
  const table = compileTable({
    ...input,
    listeners: [makeListener({ name, port, statPrefix: name, routeConfig: name, document: name, tls: 'DISABLED' })],
    routeConfigs: [{ place: { document: name, pointer: '' }, body }],
  });
  const [at] = endsOf(decide(table, request)).flatMap(({ hops }) => hops.at(0)?.route?.index ?? []);
  return at === undefined ? null : (owners[at]?.one ?? null);
}
