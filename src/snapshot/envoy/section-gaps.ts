import type { Gap } from '../coverage.ts';
import type { EnvoySection } from './section.ts';

/** What a section is called, the page of the admin endpoint it comes from, and the flag that takes it from a file. */
const names: Readonly<Record<EnvoySection, readonly [title: string, path: string, flag: string | null]>> = {
  server_info: ['server info', '/server_info', '--server-info'],
  ready: ['readiness', '/ready', null],
  listeners: ['bound listeners', '/listeners?format=json', null],
  bootstrap: ['bootstrap', '/config_dump?include_eds', '--config-dump'],
  listener_config: ['listener configuration', '/config_dump?include_eds', '--config-dump'],
  routes: ['routes', '/config_dump?include_eds', '--config-dump'],
  cluster_config: ['cluster configuration', '/config_dump?include_eds', '--config-dump'],
  endpoints: ['endpoints', '/config_dump?include_eds', '--config-dump'],
  secrets: ['names of secrets', '/config_dump?include_eds', '--config-dump'],
  hosts: ['upstream hosts', '/clusters?format=json', '--clusters'],
  stats: ['stats', '/stats?format=json', '--stats'],
  certs: ['certificates', '/certs', '--certs'],
  runtime: ['runtime values', '/runtime', '--runtime'],
};

/** What is missing when a section of an Envoy was not seen: `stats of 127.0.0.1:9901`. */
export function missingSection(section: EnvoySection, label: string): string {
  return `${names[section][0]} of ${label}`;
}

/** The gap of a section no page was read for. */
export function neverRead(section: EnvoySection, label: string): Gap {
  const [, path, flag] = names[section];
  return {
    missing: missingSection(section, label),
    reason: `no page was read that holds it`,
    remedy: flag === null ? `read it from the running Envoy with --admin` : `save ${path} and give it with ${flag}`,
  };
}
