import { gateway, service, written } from '../../support/edge.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const two = gateway.replace('listeners: [', 'listeners: [{ portMapping: { port: 9443, protocol: http } }, ');
const ports = (text: string) => service({ ports: text });

export default {
  fires: [
    {
      name: 'targetPort is another port',
      manifests: gateway + written() + ports('{ port: 80, targetPort: 8080 }'),
      finds: [edge],
      says: 'listens on port 8088, and no Service leads there: edge leads port 80 to 8080',
      effect: 'traffic',
      severity: 'error',
    },
    { name: 'no targetPort: the port itself', manifests: gateway + written() + ports('{ port: 80 }'), finds: [edge] },
    {
      name: 'the named target port is no container port',
      manifests:
        gateway + written({ ports: '{ name: web, containerPort: 8088 }' }) + ports('{ port: 80, targetPort: http }'),
      finds: [edge],
    },
    {
      name: 'the second of two listeners',
      manifests: two + written() + service(),
      closed: true,
      finds: [edge],
      says: 'port 9443',
      severity: 'warning',
    },
    {
      name: 'Envoy still listens on the old port, the Service follows the object',
      manifests: gateway + written() + service(),
      envoy: 'connected: false\nlisteners: [{ name: lds_ingress_0.0.0.0_8080 }]',
      finds: [edge],
      says: 'listens on port 8080',
    },
  ],
  quiet: [
    { name: 'they line up', closed: true, manifests: gateway + written() + service(), notEvaluated: [] },
    {
      name: 'by the name of a container port',
      closed: true,
      manifests:
        gateway + written({ ports: '{ name: web, containerPort: 8088 }' }) + ports('{ port: 80, targetPort: web }'),
      notEvaluated: [],
    },
    {
      name: 'by a name, and no container was read',
      closed: true,
      manifests: gateway + ports('{ port: 80, targetPort: web }'),
      notEvaluated: [],
    },
    {
      name: 'another Service leads to the second one, or may',
      manifests: two + written() + service(),
      notEvaluated: [edge],
    },
    {
      name: 'a port for metrics besides',
      manifests:
        gateway + written() + ports('{ name: http, port: 80, targetPort: 8088 }, { name: metrics, port: 9901 }'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'only the Service for metrics was read',
      manifests: gateway + written() + ports('{ name: metrics, port: 9901 }'),
      notEvaluated: [edge],
    },
    {
      name: 'the object changed and Envoy did not: the Service leads to what runs',
      closed: true,
      manifests: gateway.replace('8088', '9000') + written() + service(),
      envoy: 'connected: false\nlisteners: [{ name: lds_ingress_0.0.0.0_8088 }]',
      notEvaluated: [],
    },
    {
      name: 'a headless Service has no ports of its own',
      manifests: gateway + written() + service({ ports: '{ port: 80 }', spec: 'clusterIP: None' }),
      closed: true,
      notEvaluated: [],
    },
    { name: 'no Service: that is another fault', manifests: gateway + written(), closed: true, notEvaluated: [] },
  ],
} satisfies RuleCases;
