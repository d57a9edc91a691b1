/** The values a closed dimension may have; null where it is the name of an object. */
export const dimensionValues = {
  /** `namespace/name` of the VirtualGateway, Gateway or Deployment. */
  gateway: null,
  /** `namespace/name` of the GatewayRoute or HTTPRoute. */
  route: null,
  /** `namespace/name` of the VirtualNode or Service that is sent to. */
  target: null,
  /** Id of the rule. */
  rule: null,
  /** `none`: it ended without an answer. */
  class: ['2xx', '3xx', '4xx', '5xx', 'none'],
  /** Who gave the answer. */
  by: ['gateway', 'upstream'],
  /** Why the gateway could not have it answered; `none` where it could. */
  cause: [
    'none',
    'no-route',
    'no-cluster',
    'no-healthy-upstream',
    'no-connection',
    'upstream-reset',
    'timeout',
    'overflow',
    'client-left',
    'denied',
    'other',
  ],
  /**
   * What a pod is good for, one of these each. `serving`: LIVE with at least one active listener. `threatened`: serving,
   * of a frozen gateway, and its node is cordoned, draining, drifted or about to be taken away. `empty`: waits for a
   * configuration that nobody sends, or LIVE without a listener. `down`: not ready, and its Envoy does not answer. `unseen`:
   * its Envoy was not read, and Kubernetes does not say that it is not ready.
   */
  pod: ['serving', 'threatened', 'empty', 'starting', 'ending', 'down', 'unseen'],
  health: ['healthy', 'unhealthy'],
  direction: ['received', 'sent'],
  severity: ['error', 'warning', 'info'],
} as const satisfies Readonly<Record<string, readonly string[] | null>>;

/** Name of a dimension. */
export type Dimension = keyof typeof dimensionValues;

/** What a dimension may be set to. */
export type DimensionValue<D extends Dimension> = (typeof dimensionValues)[D] extends readonly (infer V)[] ? V : string;
