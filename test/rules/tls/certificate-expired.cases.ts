import { afterTheEnd } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const cert = (to: string, more = '') =>
  `certs: [{ names: [shop.example.com], from: '2026-01-01T00:00:00Z', to: '${to}'${more} }]`;
const envoy = (certs: string, connected = false) => `connected: ${connected}\n${certs}\n`;
const now = afterTheEnd;

export default {
  fires: [
    {
      name: 'it ended while the gateway was frozen',
      envoy: envoy(cert('2026-11-01T00:00:00Z')),
      now,
      finds: [edge],
      says: 'Certificate for shop.example.com of gateway edge ended on 2026-11-01T00:00:00Z.',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a CA, at a gateway that somebody configures',
      envoy: envoy(cert('2026-11-01T00:00:00Z', ', authority: true'), true),
      now,
      finds: [edge],
      says: 'CA certificate',
    },
    {
      name: 'two Envoys hold it: one finding',
      envoy: [envoy(cert('2026-11-01T00:00:00Z')), envoy(cert('2026-11-01T00:00:00Z'))],
      now,
      finds: [edge],
    },
  ],
  quiet: [
    {
      name: 'it ends tomorrow: certificate-expiring',
      envoy: envoy(cert('2026-11-25T12:00:00Z')),
      now,
      notEvaluated: [],
    },
    { name: 'far away', envoy: envoy(cert('2027-11-25T12:00:00Z')), now, notEvaluated: [] },
    { name: 'no date is told', envoy: envoy(cert('soon')), now, notEvaluated: [] },
    { name: 'certificates were not read', envoy: envoy(''), now, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
