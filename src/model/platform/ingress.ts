import { asList, asNumber, asObject, asText, type JsonObject } from '../../lib/json.ts';
import type { KubernetesObject } from '../../snapshot/object.ts';
import { Resource } from '../resource.ts';

/** The `Ingress` kind. */
export interface Ingress extends Resource {
  readonly rules: readonly IngressRule[];
  /** The ports its load balancer listens on. */
  readonly ports: readonly IngressPort[];
  /** What stands between client and Service in the TLS of a request. */
  readonly tls: 'passes' | 'ends' | 'renewed';
  /** Why what arrives may not be what was sent; null: it is. */
  readonly rewrites: string | null;
}

/** A port of an Ingress's load balancer. */
export interface IngressPort {
  readonly port: number;
  readonly secure: boolean;
}

/** Requests of a host and path, and the Service they go to. */
export interface IngressRule {
  /** Null takes every host; `*.a.test` takes one more label. */
  readonly host: string | null;
  readonly path: string;
  readonly pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific';
  readonly service: string;
  /** Number or name of the Service's port. */
  readonly port: number | string;
  /** Where it is written: dotted path. */
  readonly at: string;
}

/** Reads an Ingress; its default backend is a rule that takes every host and path, after all others. */
export function readIngress(object: KubernetesObject): Ingress {
  const resource = new Resource(object);
  const { spec, annotations } = resource;
  const rules = asList(spec.rules).flatMap((item, index) => readRule(asObject(item), `spec.rules[${index}]`));
  const last = readBackend(spec.defaultBackend);
  const fallback: readonly IngressRule[] = last
    ? [{ host: null, path: '/', pathType: 'Prefix', ...last, at: 'spec.defaultBackend' }]
    : [];
  return Object.assign(resource, {
    rules: [...rules, ...fallback],
    ports: portsOf(spec, annotations),
    tls: tlsOf(annotations),
    rewrites: rewritesOf(annotations),
  });
}

function readRule(rule: JsonObject, at: string): readonly IngressRule[] {
  return asList(asObject(rule.http).paths).flatMap((item, index) => {
    const path = asObject(item);
    const backend = readBackend(path.backend);
    if (!backend) return [];
    const type = asText(path.pathType);
    return [
      {
        host: asText(rule.host)?.toLowerCase() ?? null,
        path: asText(path.path) ?? '/',
        pathType: type === 'Exact' || type === 'Prefix' ? type : 'ImplementationSpecific',
        ...backend,
        at: `${at}.http.paths[${index}]`,
      },
    ];
  });
}

function readBackend(value: unknown): { readonly service: string; readonly port: number | string } | null {
  const service = asObject(asObject(value).service);
  const name = asText(service.name);
  const port = asObject(service.port);
  const number = asNumber(port.number) ?? asText(port.name);
  return name === undefined || number === undefined ? null : { service: name, port: number };
}

const alb = 'alb.ingress.kubernetes.io/';
const nginx = 'nginx.ingress.kubernetes.io/';

/**
 * AWS load balancer controller: `listen-ports`, else 443 where a certificate is named, else 80 (its guide, annotations).
 * Any other controller is taken to listen on 80, and on 443 too.
 */
function portsOf(spec: JsonObject, annotations: Readonly<Record<string, string>>): readonly IngressPort[] {
  const written = listenPorts(annotations[`${alb}listen-ports`]);
  if (written.length > 0) return written;
  const isAlb =
    asText(spec.ingressClassName) === 'alb' ||
    annotations['kubernetes.io/ingress.class'] === 'alb' ||
    Object.keys(annotations).some((name) => name.startsWith(alb));
  const secure = annotations[`${alb}certificate-arn`] !== undefined || asList(spec.tls).length > 0;
  if (isAlb) return [secure ? { port: 443, secure: true } : { port: 80, secure: false }];
  return [
    { port: 80, secure: false },
    { port: 443, secure: true },
  ];
}

function listenPorts(text: string | undefined): readonly IngressPort[] {
  if (text === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  return asList(value).flatMap((item) =>
    Object.entries(asObject(item)).flatMap(([protocol, port]) =>
      typeof port === 'number' ? [{ port, secure: protocol === 'HTTPS' }] : [],
    ),
  );
}

function tlsOf(annotations: Readonly<Record<string, string>>): Ingress['tls'] {
  if (annotations[`${nginx}ssl-passthrough`] === 'true') return 'passes';
  const protocol = annotations[`${alb}backend-protocol`] ?? annotations[`${nginx}backend-protocol`] ?? '';
  return /^(HTTPS|GRPCS)$/i.test(protocol) ? 'renewed' : 'ends';
}

function rewritesOf(annotations: Readonly<Record<string, string>>): string | null {
  const names = ['rewrite-target', 'app-root', 'upstream-vhost', 'configuration-snippet', 'server-snippet'];
  const found = names.map((name) => nginx + name).find((name) => annotations[name] !== undefined);
  if (found) return `annotation ${found} changes requests before the gateway sees them`;
  const action = Object.keys(annotations).find((name) =>
    /^alb\.ingress\.kubernetes\.io\/(actions|transforms)\./.test(name),
  );
  return action ? `annotation ${action} answers or changes requests before the gateway sees them` : null;
}

/** How well a rule fits a host and a path, larger is better; null: it does not take them. */
export function fitOf(rule: IngressRule, host: string, path: string): number | null {
  const name = host.toLowerCase();
  const byHost = rule.host === null ? 0 : rule.host === name ? 2 : isWildcardOf(rule.host, name) ? 1 : null;
  if (byHost === null) return null;
  const prefix = rule.path.replace(/\/$/, '');
  const takes =
    rule.pathType === 'Exact'
      ? path === rule.path
      : path === prefix ||
        path.startsWith(`${prefix}/`) ||
        (rule.pathType !== 'Prefix' && fitsLoosely(rule.path, path));
  if (!takes) return null;
  return byHost * 1e6 + rule.path.length * 2 + (rule.pathType === 'Exact' ? 1 : 0);
}

/** `ImplementationSpecific`: nginx takes a plain prefix, the ALB `*` for anything. */
function fitsLoosely(pattern: string, path: string): boolean {
  const star = pattern.indexOf('*');
  return path.startsWith(star < 0 ? pattern : pattern.slice(0, star));
}

function isWildcardOf(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return false;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot) === pattern.slice(1);
}
