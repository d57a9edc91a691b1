import { asDurationMs, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import type { ServerInfo } from './view.ts';

/** Reads `/server_info`; null where it is not that page. */
export function readServerInfo(page: JsonObject, document: string): ServerInfo | null {
  const state = asText(page.state);
  const build = asText(page.version);
  if (state === undefined && build === undefined && !isObject(page.node)) return null;
  const node = asObject(page.node);
  const options = asObject(page.command_line_options);
  const uptimeMs = asDurationMs(page.uptime_current_epoch);
  return {
    place: { document, pointer: '' },
    // Envoy leaves out what has its default, and LIVE is the first of the enum.
    state: state ?? 'LIVE',
    version: versionOf(build ?? ''),
    uptimeSeconds: uptimeMs === undefined ? null : Math.floor(uptimeMs / 1000),
    nodeId: asText(node.id) || asText(options.service_node) || '',
    nodeCluster: asText(node.cluster) || asText(options.service_cluster) || '',
  };
}

/** The number inside a build string `<revision>/<version>/<scm status>/<build type>/<ssl>` (Envoy's VersionInfo). */
function versionOf(build: string): string {
  return /(?:^|\/)(\d+\.\d+\.\d+)/.exec(build)?.[1] ?? '';
}
