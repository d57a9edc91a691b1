/** The gateway `edge` of namespace `shop` and what leads to it, for the cases of rules. */
import { virtualGateway } from './frozen.ts';

/** The VirtualGateway: it listens on 8088. */
export const gateway = virtualGateway;

/** Its Deployment as a person writes it; `labels`, `spec`, `ports` are YAML flow without braces. */
export const written = (
  more: { readonly labels?: string; readonly spec?: string; readonly ports?: string } = {},
): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: edge, namespace: shop }
spec: { replicas: 2, template: { metadata: { labels: { ${more.labels ?? 'app: edge'} } }, spec: { ${more.spec ?? ''} containers: [{ name: envoy, ports: [${more.ports ?? '{ containerPort: 8088 }'}] }] } } }
---
`;

/** A Service of it; what is not said is right. */
export const service = (
  more: {
    readonly name?: string;
    readonly selector?: string;
    readonly ports?: string;
    readonly type?: string;
    readonly metadata?: string;
    readonly status?: string;
    readonly spec?: string;
  } = {},
): string => `
apiVersion: v1
kind: Service
metadata: { name: ${more.name ?? 'edge'}, namespace: shop${more.metadata === undefined ? '' : `, ${more.metadata}`} }
spec: { type: ${more.type ?? 'ClusterIP'}, selector: { ${more.selector ?? 'app: edge'} }, ports: [${more.ports ?? '{ name: http, port: 80, targetPort: 8088 }'}]${more.spec === undefined ? '' : `, ${more.spec}`} }
${more.status === undefined ? '' : `status: { ${more.status} }\n`}---
`;
