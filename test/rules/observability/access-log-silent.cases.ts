import { logOf } from '../../support/log-lines.ts';
import { loggedGateway } from '../../support/logged-gateway.ts';
import { loggingListener, silentListener } from '../../support/gateway-logs.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const listening = loggedGateway.replace(/listeners: .*/, loggingListener('path: /dev/stdout'));
/** Read at 11:59 and 12:00. */
const counted = (requests: number, listener = listening): string =>
  `${listener}stats: [{ http.ingress.downstream_rq_total: 10 }, { http.ingress.downstream_rq_total: ${10 + requests} }]\n`;
const logged = (count: number, everyMs: number) =>
  logOf({ request: 'GET /cart/1', ends: '200 -', served: true, count, everyMs, at: '2026-06-01T11:55:00Z' });

export default {
  fires: [
    {
      name: 'most lines are lost',
      envoy: counted(600),
      accessLog: logged(400, 1000),
      finds: ['VirtualGateway shop/edge'],
      says: 'counted 600 requests within 60 seconds, of which its access log holds 61',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'the log holds nothing',
      envoy: counted(60),
      accessLog: '',
      finds: ['VirtualGateway shop/edge'],
      says: 'its access log holds 0',
    },
  ],
  quiet: [
    { name: 'the log holds them', envoy: counted(62), accessLog: logged(400, 1000), notEvaluated: [] },
    {
      name: 'the log ends before the second reading: it may not be written yet',
      envoy: counted(600),
      accessLog: logged(250, 1000),
      notEvaluated: [],
    },
    {
      name: 'a gateway that writes no log',
      envoy: counted(600, loggedGateway.replace(/listeners: .*/, silentListener)),
      accessLog: logged(400, 1000),
      notEvaluated: [],
    },
    { name: 'no log was read', envoy: counted(600), notEvaluated: ['rule'] },
    {
      name: 'counters were not read',
      envoy: `${listening}without: [stats]\n`,
      accessLog: logged(400, 1000),
      notEvaluated: ['rule'],
    },
  ],
} satisfies RuleCases;
