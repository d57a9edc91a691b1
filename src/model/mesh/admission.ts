import { asList, asNumber, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import type { GatewayRoute, VirtualNode, VirtualRouter } from './kinds.ts';
import { routeTypes } from './kinds.ts';

/** Something the admission webhook refuses, in its own words, or wrongly lets through, in ours. */
export interface AdmissionProblem {
  /** Dotted path of what it is about. */
  readonly path: string;
  readonly text: string;
}

type Check = (route: JsonObject, at: string) => AdmissionProblem | null;

/**
 * What `vgatewayroute.appmesh.k8s.aws` refuses at create and update, in its words and in its order
 * (aws-app-mesh-controller-for-k8s webhooks/appmesh/gatewayroute_validator.go): it tells the first one only.
 */
export function gatewayRouteDenial(route: GatewayRoute): AdmissionProblem | null {
  const types = routeTypes.filter((type) => type !== 'tcpRoute' && isObject(route.spec[type]));
  const [type] = types;
  if (!type) return { path: 'spec', text: 'Missing GatewayRoute Type in GatewayRoute Spec' };
  if (types.length > 1) {
    return { path: 'spec', text: 'Found multiple types in GatewayRoute Spec. Only 1 (GRPC/HTTP/HTTP2) allowed' };
  }
  const checks = type === 'grpcRoute' ? grpcChecks : httpChecks;
  for (const check of checks) {
    const problem = check(asObject(route.spec[type]), `spec.${type}`);
    if (problem) return problem;
  }
  return null;
}

/** What that webhook should refuse and does not: App Mesh refused or ignored it later. */
export function gatewayRouteHole(route: GatewayRoute): AdmissionProblem | null {
  const type = routeTypes.find((name) => name !== 'grpcRoute' && isObject(route.spec[name]));
  if (!type) return null;
  const http = asObject(route.spec[type]);
  const match = asObject(http.match);
  const rewrite = asObject(asObject(http.action).rewrite);
  const at = `spec.${type}`;
  const prefix = asText(match.prefix);
  if (prefix !== undefined && !prefix.startsWith('/') && !isObject(rewrite.prefix)) {
    return {
      path: `${at}.match.prefix`,
      text: `The prefix ${JSON.stringify(prefix)} does not begin with /, so it matches no request.`,
    };
  }
  if (isObject(rewrite.prefix) && isObject(match.path)) {
    return {
      path: `${at}.action.rewrite.prefix`,
      text: 'A prefix is rewritten, but the route matches a path: there is no prefix to rewrite.',
    };
  }
  if (isObject(rewrite.path) && prefix !== undefined) {
    return {
      path: `${at}.action.rewrite.path`,
      text: 'A path is rewritten, but the route matches a prefix: there is no path to rewrite.',
    };
  }
  return null;
}

/** What the webhooks of the other kinds refuse. */
export function virtualNodeDenial({ ref, spec, listeners }: VirtualNode): AdmissionProblem | null {
  if (listeners.length > 0 && !isObject(spec.serviceDiscovery)) {
    const text = `ServiceDiscovery missing for VirtualNode-${ref.name}. ServiceDiscovery must be specified when a listener is specified.`;
    return { path: 'spec.listeners', text };
  }
  const several = asList(spec.listeners).findIndex(
    (item) => Object.keys(asObject(asObject(item).connectionPool)).length > 1,
  );
  if (several >= 0) {
    return {
      path: `spec.listeners[${several}].connectionPool`,
      text: 'Only one type of Virtual Node Connection Pool is allowed',
    };
  }
  const names = asList(spec.backends).flatMap((item) => {
    const reference = asObject(asObject(asObject(item).virtualService).virtualServiceRef);
    const name = asText(reference.name);
    return name === undefined ? [] : [`${asText(reference.namespace) ?? ref.namespace}/${name}`];
  });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return null;
  return { path: 'spec.backends', text: `VirtualNode-${ref.name} has duplicate VirtualServiceReferences ${twice}` };
}

/** What the webhook of VirtualRouters refuses. */
export function virtualRouterDenial({ ref, routes, spec }: VirtualRouter): AdmissionProblem | null {
  const names = routes.map(({ name }) => name);
  const twice = names.findIndex((name, index) => name !== '' && names.indexOf(name) !== index);
  if (twice >= 0) {
    return {
      path: `spec.routes[${twice}].name`,
      text: `VirtualRouter-${ref.name} has duplicate route entries for ${names[twice]}`,
    };
  }
  for (const [index, item] of asList(spec.routes).entries()) {
    const type = (['httpRoute', 'http2Route'] as const).find((name) => isObject(asObject(item)[name]));
    if (!type) continue;
    const match = asObject(asObject(asObject(item)[type]).match);
    const path = `spec.routes[${index}].${type}.match`;
    const prefix = match.prefix !== undefined && match.prefix !== null;
    if (!prefix && !isObject(match.path)) return { path, text: 'Either Prefix or Path must be specified' };
    if (prefix && isObject(match.path))
      return { path, text: 'Both Prefix and Path cannot be specified, only 1 allowed' };
  }
  return null;
}

const written = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Refuses a member of which none or both of two are given. */
function eitherOf(part: string, first: string, second: string, none: string, both: string): Check {
  return (route, at) => {
    const value = asObject(asObject(route.match)[part]);
    if (!isObject(asObject(route.match)[part])) return null;
    const [one, other] = [written(value[first]), written(value[second])];
    if (!one && !other) return { path: `${at}.match.${part}`, text: none };
    return one && other ? { path: `${at}.match.${part}`, text: both } : null;
  };
}

const hostnameCheck = eitherOf(
  'hostname',
  'exact',
  'suffix',
  'Either exact or suffix match for hostname must be specified',
  'Both exact and suffix match for hostname are not allowed. Only one must be specified',
);

const pathCheck = eitherOf(
  'path',
  'exact',
  'regex',
  'Either exact or regex for path must be specified',
  'Both exact and regex for path are not allowed. Only one must be specified',
);

const matchCheck: Check = (route, at) => {
  const { prefix, path, hostname } = asObject(route.match);
  const where = `${at}.match`;
  if (!written(prefix) && !isObject(path) && !isObject(hostname)) {
    return { path: where, text: 'Either prefix or path or hostname must be specified' };
  }
  if (written(prefix) && isObject(path))
    return { path: where, text: 'Both prefix and path cannot be specified. Only 1 allowed' };
  return null;
};

/** Each `match` of a header or of metadata holds exactly one matcher; after one with `range` the webhook looks no further. */
function matchersCheck(member: 'headers' | 'metadata'): Check {
  const noun = member === 'headers' ? 'header' : 'metadata';
  return (route, at) => {
    for (const [index, item] of asList(asObject(route.match)[member]).entries()) {
      const match = asObject(item).match;
      if (!isObject(match)) continue;
      const path = `${at}.match.${member}[${index}].match`;
      const given = ['exact', 'prefix', 'regex', 'suffix', 'range'].filter((name) => written(match[name]));
      if (given.length > 1) return { path, text: `Too many Match Filters specified, only 1 allowed per ${noun}` };
      if (given.length === 0) {
        return {
          path,
          text: `Missing Match criteria for one or more ${noun} match block, don't specify match block if you dont need it`,
        };
      }
      if (!isObject(match.range)) continue;
      const { start, end } = match.range;
      if ((asNumber(end) ?? 0) <= (asNumber(start) ?? 0)) {
        return { path, text: 'Invalid Match Range specified, end has to be greater than start' };
      }
      return null;
    }
    return null;
  };
}

/** The webhook looks at query parameters only where there are no headers. */
const queryCheck: Check = (route, at) => {
  const match = asObject(route.match);
  if (asList(match.headers).length > 0) return null;
  const index = asList(match.queryParameters).findIndex((item) => {
    const { match: matcher } = asObject(item);
    return isObject(matcher) && !written(matcher.exact);
  });
  if (index < 0) return null;
  return {
    path: `${at}.match.queryParameters[${index}].match`,
    text: "Missing Match criteria for one or more exact query match block, don't specify match block if you dont need it",
  };
};

const rewriteCheck: Check = (route, at) => {
  const { rewrite } = asObject(route.action);
  if (!isObject(rewrite)) return null;
  const path = `${at}.action.rewrite`;
  const { prefix, path: newPath, hostname } = rewrite;
  if (!isObject(prefix) && !isObject(newPath) && !isObject(hostname)) {
    return { path, text: 'Either prefix, path or hostname for rewrite must be specified' };
  }
  if (isObject(prefix) && isObject(newPath)) {
    return { path, text: 'Both prefix and path for rewrites cannot be specified. Only 1 allowed' };
  }
  if (!isObject(prefix)) return null;
  const matched = asText(asObject(route.match).prefix);
  if (matched !== undefined && !matched.startsWith('/')) {
    return { path: `${at}.match.prefix`, text: "Prefix to be matched on must start with '/'" };
  }
  if (written(prefix.defaultPrefix) && written(prefix.value)) {
    return { path: `${path}.prefix`, text: 'Cannot specify both defaultPrefix and prefix for rewrite, only 1 allowed' };
  }
  const value = asText(prefix.value);
  if (value !== undefined && !(value.startsWith('/') && value.endsWith('/'))) {
    return { path: `${path}.prefix.value`, text: "New Rewrite Prefix must start and end with '/'" };
  }
  return null;
};

const grpcMatchCheck: Check = (route, at) => {
  const { serviceName, hostname } = asObject(route.match);
  if (written(serviceName) || isObject(hostname)) return null;
  return { path: `${at}.match`, text: 'Either servicename or hostname must be specified' };
};

const httpChecks: readonly Check[] = [
  matchCheck,
  pathCheck,
  hostnameCheck,
  matchersCheck('headers'),
  queryCheck,
  rewriteCheck,
];
const grpcChecks: readonly Check[] = [grpcMatchCheck, hostnameCheck, matchersCheck('metadata')];
