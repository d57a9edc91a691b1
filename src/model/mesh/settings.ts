import { nearest } from '../../lib/nearest.ts';

/** The prefix of the labels and annotations that the App Mesh controller reads. */
export const settingPrefix = 'appmesh.k8s.aws/';

/**
 * Annotations of pods that the v1beta2 controller reads (aws-app-mesh-controller-for-k8s pkg/inject). It reads one label,
 * `sidecarInjectorWebhook` of a namespace, and nothing of its prefix anywhere else.
 */
export const podAnnotations: readonly string[] = [
  'sidecarInjectorWebhook',
  'ports',
  'egressIgnoredPorts',
  'egressIgnoredIPs',
  'ignoredGID',
  'ignoredUID',
  'proxyEgressPort',
  'proxyIngressPort',
  'cpuRequest',
  'memoryRequest',
  'cpuLimit',
  'memoryLimit',
  'secretMounts',
  'volumeMounts',
  'sidecarEnv',
  'sidecarEnvJson',
  'sds',
  'preview',
  'ipv6',
  'appmeshCNI',
  'xrayAgentConfigMount',
  'virtualGatewaySkipImageOverride',
].map((name) => settingPrefix + name);

/** What the agent in the App Mesh image reads of its environment (amazon-ecs-service-connect-agent agent/). */
const environment: readonly string[] = `
APPMESH_RESOURCE_ARN APPMESH_RESOURCE_NAME APPMESH_RESOURCE_CLUSTER APPMESH_VIRTUAL_NODE_NAME
APPMESH_VIRTUAL_NODE_CLUSTER APPMESH_XDS_ENDPOINT APPMESH_SIGNING_NAME APPMESH_SET_TRACING_DECISION APPMESH_PREVIEW
APPMESH_DUALSTACK_ENDPOINT APPMESH_FIPS_ENDPOINT APPMESH_SDS_SOCKET_PATH APPMESH_METRIC_EXTENSION_VERSION
APPMESH_PLATFORM_K8S_VERSION APPMESH_PLATFORM_APP_MESH_CONTROLLER_VERSION APPMESH_PLATFORM_K8S_POD_UID
ENVOY_LOG_LEVEL ENVOY_CONFIG_FILE ENVOY_CONCURRENCY ENVOY_INITIAL_FETCH_TIMEOUT ENVOY_ADMIN_MODE ENVOY_ADMIN_ACCESS_PORT
ENVOY_ADMIN_ACCESS_ENABLE_IPV6 ENVOY_ADMIN_ACCESS_LOG_FILE ENVOY_OUTLIER_DETECTION_EVENT_LOG_PATH
ENVOY_NO_EXTENSION_LOOKUP_BY_NAME ENVOY_ENABLE_TCP_POOL_IDLE_TIMEOUT ENVOY_SANITIZE_ORIGINAL_PATH
ENVOY_USE_HTTP_CLIENT_TO_FETCH_AWS_CREDENTIALS ENVOY_TRACING_CFG_FILE ENVOY_STATS_CONFIG_FILE ENVOY_STATS_SINKS_CFG_FILE
ENVOY_STATS_FLUSH_INTERVAL ENVOY_RESOURCES_CONFIG_FILE ENABLE_ENVOY_STATS_TAGS ENABLE_ENVOY_DOG_STATSD
ENABLE_ENVOY_XRAY_TRACING ENABLE_ENVOY_JAEGER_TRACING ENABLE_ENVOY_DATADOG_TRACING ENABLE_STATS_SNAPSHOT
STATSD_ADDRESS STATSD_PORT STATSD_SOCKET_PATH XRAY_DAEMON_PORT XRAY_SAMPLING_RATE XRAY_SAMPLING_RULE_MANIFEST
XRAY_SEGMENT_NAME AWS_XRAY_DAEMON_ADDRESS JAEGER_TRACER_PORT JAEGER_TRACER_ADDRESS JAEGER_TRACER_VERSION
DATADOG_TRACER_PORT DATADOG_TRACER_ADDRESS APPNET_AGENT_ADMIN_MODE APPNET_AGENT_ADMIN_UDS_PATH APPNET_AGENT_HTTP_PORT
APPNET_AGENT_HTTP_BIND_ADDRESS APPNET_AGENT_LOGGING_RESET_TIMEOUT APPNET_AGENT_MAX_LOG_FILE_SIZE
APPNET_AGENT_MAX_RETENTION_COUNT APPNET_AGENT_POLL_ENVOY_READINESS_INTERVAL_S APPNET_AGENT_POLL_ENVOY_READINESS_TIMEOUT_S
APPNET_ENVOY_RESTART_COUNT APPNET_ENVOY_LOG_DESTINATION APPNET_ENVOY_LOG_NAME HC_POLL_INTERVAL_MS
HC_DISCONNECTED_TIMEOUT_S PID_POLL_INTERVAL_MS LISTENER_DRAIN_WAIT_TIME_S DISABLE_HOT_RESTART`
  .trim()
  .split(/\s+/);

const known = new Set(environment);

/**
 * The environment variable that an unknown one was most likely meant to be: the same but for one of its words, and that
 * one near. Null for a known one, and for one that something else may read.
 */
export function meantVariable(name: string): string | null {
  if (known.has(name)) return null;
  const words = name.split('_');
  return environment.find((candidate) => differsInOneWord(words, candidate.split('_'))) ?? null;
}

function differsInOneWord(words: readonly string[], others: readonly string[]): boolean {
  if (words.length !== others.length) return false;
  const [different, ...more] = words.flatMap((word, index) => {
    const other = others[index] ?? '';
    return word === other ? [] : [{ word, other }];
  });
  return different !== undefined && more.length === 0 && nearest(different.word, [different.other]) !== null;
}
