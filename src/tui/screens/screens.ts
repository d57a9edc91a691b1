import type { Look } from '../../report/terminal/paint.ts';
import type { Content } from '../content.ts';
import type { Data } from '../data.ts';
import { askedRequest, current, type State } from '../state.ts';
import { changesContent } from './changes.ts';
import { explainContent } from './explain.ts';
import { findingContent, findingsContent } from './findings.ts';
import { gatewaysContent } from './gateways.ts';
import { helpContent } from './help.ts';
import { classContent, logsContent } from './logs.ts';
import { routeContent } from './route.ts';
import { routesContent } from './routes.ts';
import { sourcesContent } from './sources.ts';

/** What the screen that is seen shows. */
export function contentOf(state: State, data: Data, look: Look): Content {
  const { screen, turned } = current(state);
  switch (screen.name) {
    case 'gateways':
      return gatewaysContent(data);
    case 'routes':
      return routesContent(data, screen.gateway, look);
    case 'route':
      return routeContent(data, screen, turned, look);
    case 'findings':
      return findingsContent(data);
    case 'finding':
      return findingContent(data, screen.id, look);
    case 'logs':
      return logsContent(data, look);
    case 'class':
      return classContent(data, screen.key, look);
    case 'changes':
      return changesContent(data);
    case 'explain':
      return explainContent(data, askedRequest(state), look);
    case 'sources':
      return sourcesContent(data, look);
    case 'help':
      return helpContent(look);
  }
}
