import { fieldsOfSection } from '../../snapshot/envoy/config-fields.ts';
import type { EnvoySection } from '../../snapshot/envoy/section.ts';
import { type AdminPath, bootstrapPath, wholeBootstrapPath } from './paths.ts';

/** The sections of an Envoy's view that a page would have told. */
export function sectionsOf(path: AdminPath): readonly EnvoySection[] {
  if (path.startsWith('/config_dump?resource=')) {
    const field = path.slice('/config_dump?resource='.length).replace('&include_eds', '');
    return configSections.filter((section) => fieldsOfSection[section].some((name) => name === field));
  }
  if (path === bootstrapPath || path === wholeBootstrapPath) return ['bootstrap'];
  if (path.startsWith('/config_dump')) return configSections;
  if (path.startsWith('/stats')) return path.includes('TextReadouts') ? [] : ['stats'];
  if (path.startsWith('/clusters')) return ['hosts'];
  if (path.startsWith('/listeners')) return ['listeners'];
  if (path === '/server_info') return ['server_info'];
  if (path === '/certs') return ['certs'];
  return [path === '/ready' ? 'ready' : 'runtime'];
}

/** The sections that config_dump tells. */
export const configSections = [
  'bootstrap',
  'listener_config',
  'routes',
  'cluster_config',
  'endpoints',
  'secrets',
] as const;
