import { edge, matching } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';

export default {
  fires: [
    {
      name: 'a prefix that App Mesh keeps',
      manifests: edge('http 8088') + matching('prefix: /aws-appmesh-health'),
      finds: ['GatewayRoute shop/cart'],
      says: 'matches "/aws-appmesh-health", and App Mesh keeps /aws-appmesh… for itself: it refuses the route',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'an exact path',
      manifests: matching('path: { exact: /aws-app-mesh/x }'),
      finds: ['GatewayRoute shop/cart'],
    },
    {
      name: 'a gRPC service',
      manifests: edge('grpc 8088') + matching('serviceName: aws.app-mesh.Health', { type: 'grpcRoute' }),
      finds: ['GatewayRoute shop/cart'],
      says: 'aws.app-mesh',
    },
    {
      name: 'an Envoy that lacks it',
      manifests: edge('http 8088') + matching('prefix: /aws-appmesh'),
      envoy: `
connected: false
routes: { rds_ingress_http_8088: { self_redirect: [{ prefix: /users, hostRewrite: users.shop }] } }`,
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      effect: 'traffic',
    },
  ],
  quiet: [
    { name: 'a name that only looks like it', manifests: matching('prefix: /aws/appmesh'), notEvaluated: [] },
    { name: 'it stands further inside', manifests: matching('prefix: /docs/aws-appmesh'), notEvaluated: [] },
    { name: 'a wider prefix', manifests: matching('prefix: /aws'), notEvaluated: [] },
    {
      name: 'a service of the same company',
      manifests: matching('serviceName: aws.s3.Objects', { type: 'grpcRoute' }),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
