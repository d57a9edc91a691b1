import type { LogLine } from '../snapshot/access-log/line.ts';

/** A request as its lines tell it: a gateway that hands requests to itself writes two. */
export interface LoggedRequest {
  /** The line of the listener that clients reach; where only one line came, that one. */
  readonly outer: LogLine;
  /** The line of the listener inside the gateway; null where there is none. */
  readonly inner: LogLine | null;
}

/** App Mesh's gateway hands every request to its own second listener (127.0.0.1:15001, cluster `…_self_redirect_…`). */
export function isHandedOver({ upstream, cluster }: LogLine): boolean {
  if (upstream?.endsWith(':15001')) return true;
  return cluster !== null && /^cds_ingress_.+_self_redirect_/.test(cluster);
}

/** The line that tells how a request ended: a flag on the outer line (the client left, a time-out) ends it there, else the inner one knows. */
export function tellingLine({ outer, inner }: LoggedRequest): LogLine {
  if (!inner) return outer;
  return outer.flag !== null && outer.flag !== '-' ? outer : inner;
}

/**
 * Whether an upstream gave the answer, or the gateway itself: by the details where they are logged, else by what else is. A
 * service time alone does not tell: an answer that the gateway cut short has it, and so has one of ext_authz (seen on 1.40.0).
 */
export function answeredBy(line: LogLine): 'gateway' | 'upstream' {
  const { details, serviceMs, flag, upstream } = line;
  if (details !== null && details !== '-') return details.startsWith('via_upstream') ? 'upstream' : 'gateway';
  if (flag !== null && !/^(?:-|URX|DI)$/.test(flag)) return 'gateway';
  return (serviceMs ?? upstream) === '-' ? 'gateway' : 'upstream';
}

/** What the two lines of a request share beside its path, where its id is not logged. */
export function pairOf({ method, authority, status, path }: LogLine): string {
  return `${method} ${authority} ${status} ${path === null ? '' : 'path'}`;
}
