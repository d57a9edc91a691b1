import type { Look } from '../report/terminal/paint.ts';
import { type Data, routeAsked } from './data.ts';
import { standingOn } from './frame.ts';
import { commandOf } from './screens/findings.ts';
import { classRequest, trafficOf } from './screens/logs.ts';
import { askedRequest, current, type State } from './state.ts';

/** What `y` copies where a person stands: a command, a request, or the name of what they stand on; null: there is nothing. */
export function copiedFrom(state: State, data: Data, look: Look): string | null {
  const { screen } = current(state);
  const row = standingOn(state, data, look);
  switch (screen.name) {
    case 'finding':
      return commandOf(data, screen.id);
    case 'findings':
      return row === null ? null : commandOf(data, row);
    case 'changes':
      return row?.startsWith('finding ') ? commandOf(data, row.slice('finding '.length)) : null;
    case 'gateways':
      return row;
    case 'routes': {
      const asked = data.routes.get(screen.gateway);
      const rows = asked?.state === 'there' ? asked.value.rows : [];
      return getCommand(rows.find(({ key }) => key === row)?.object ?? null);
    }
    case 'route': {
      const asked = data.details.get(routeAsked(screen.gateway, screen.key));
      return getCommand((asked?.state === 'there' ? asked.value?.object : null) ?? null);
    }
    case 'logs': {
      const one = trafficOf(data)?.classes.find(({ key }) => key === row);
      return one ? `${one.method} ${one.path}` : null;
    }
    case 'class':
      return classRequest(data, screen.key);
    case 'explain':
      return askedRequest(state) || null;
    case 'sources':
    case 'help':
      return null;
  }
}

/** Reads an object (`GatewayRoute shop/cart`) whole. */
function getCommand(object: string | null): string | null {
  const [, kind, namespace, name] = /^(\w+) (?:([^/]+)\/)?(\S+)$/.exec(object ?? '') ?? [];
  if (kind === undefined) return null;
  return `kubectl ${namespace === undefined ? '' : `-n ${namespace} `}get ${kind.toLowerCase()} ${name} -o yaml`;
}
