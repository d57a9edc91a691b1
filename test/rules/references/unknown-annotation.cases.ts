import type { RuleCases } from '../../support/rule-table.ts';

const namespace = (metadata: string) => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, ${metadata} }
---
`;
const deployment = (template: string, metadata = '', container = 'name: cart') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop${metadata} }
spec:
  template:
    metadata: { ${template} }
    spec: { containers: [{ ${container} }] }
---
`;
const envoy = (variable: string) =>
  deployment('', '', `name: envoy, env: [{ name: APPMESH_RESOURCE_ARN, value: x }, { name: ${variable}, value: "1" }]`);

export default {
  fires: [
    {
      name: 'a misspelt annotation of pods',
      manifests: deployment('annotations: { appmesh.k8s.aws/sidecarInjectorWebhok: disabled }'),
      finds: ['Deployment shop/cart'],
      says: 'nothing reads the annotation appmesh.k8s.aws/sidecarInjectorWebhok',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'an annotation of the Deployment in place of its pods',
      manifests: deployment('', ', annotations: { appmesh.k8s.aws/ports: "8080" }'),
      finds: ['Deployment shop/cart'],
      says: 'nothing reads the annotation appmesh.k8s.aws/ports of a Deployment',
    },
    {
      name: 'injection as an annotation of the namespace',
      manifests: namespace('annotations: { appmesh.k8s.aws/sidecarInjectorWebhook: enabled }'),
      finds: ['Namespace shop'],
      says: 'is an annotation, where only a label is read',
    },
    {
      name: 'injection as a label of pods',
      manifests: deployment('labels: { appmesh.k8s.aws/sidecarInjectorWebhook: disabled }'),
      finds: ['Deployment shop/cart'],
      says: 'is a label, where only an annotation is read',
    },
    {
      name: 'a value that is not read',
      manifests: namespace('labels: { appmesh.k8s.aws/sidecarInjectorWebhook: "true" }'),
      finds: ['Namespace shop'],
      says: 'is "true", and only enabled and disabled are read',
    },
    {
      name: 'annotations of the first controller',
      manifests: deployment('annotations: { appmesh.k8s.aws/mesh: shop, appmesh.k8s.aws/virtualNode: cart }'),
      finds: ['Deployment shop/cart', 'Deployment shop/cart'],
    },
    {
      name: 'a misspelt environment variable of Envoy',
      manifests: envoy('APPMESH_METRICS_EXTENSION_VERSION'),
      finds: ['Deployment shop/cart'],
      says: 'nothing reads the environment variable APPMESH_METRICS_EXTENSION_VERSION',
    },
  ],
  quiet: [
    {
      name: 'settings in their places',
      manifests: `${namespace('labels: { appmesh.k8s.aws/sidecarInjectorWebhook: enabled }')}${deployment(
        'annotations: { appmesh.k8s.aws/ports: "8080", appmesh.k8s.aws/sidecarEnv: "A=b" }',
      )}`,
      notEvaluated: [],
    },
    {
      name: 'a label of that prefix that a selector may read',
      manifests:
        namespace('labels: { appmesh.k8s.aws/mesh: shop }') + deployment('labels: { appmesh.k8s.aws/tier: web }'),
      notEvaluated: [],
    },
    { name: 'a variable that Envoy knows', manifests: envoy('ENVOY_LOG_LEVEL'), notEvaluated: [] },
    { name: 'a variable that something else may read', manifests: envoy('ENVOY_TEAM'), notEvaluated: [] },
    {
      name: 'a misspelt variable of another container',
      manifests: deployment('', '', 'name: cart, env: [{ name: ENVOY_LOG_LEVLE, value: x }]'),
      notEvaluated: [],
    },
    {
      name: 'annotations of others',
      manifests: deployment('annotations: { prometheus.io/scrape: "true" }', ', annotations: { team: a }'),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
