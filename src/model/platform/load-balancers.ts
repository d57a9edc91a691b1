import { asList, asObject, asText } from '../../lib/json.ts';
import type { CloudWatchView, MetricSeries } from '../../snapshot/cloudwatch.ts';
import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import type { Resource } from '../resource.ts';
import { entriesOf } from './entry.ts';

/** A target group of a load balancer that leads to a gateway, and how many of its targets are healthy. */
export interface TargetGroup {
  /** `targetgroup/name/id`. */
  readonly name: string;
  /** `net/name/id`, `app/name/id`. */
  readonly loadBalancer: string;
  /** The Service or Ingress by whose address it was found. */
  readonly through: Resource;
  readonly healthy: MetricSeries;
  readonly unhealthy: MetricSeries | null;
}

/** The target groups that CloudWatch knows of the load balancers in front of a gateway. */
export function targetGroupsOf(model: Model, gateway: Gateway, view: CloudWatchView): readonly TargetGroup[] {
  const groups = new Map<string, TargetGroup>();
  for (const { service, through } of entriesOf(model)(gateway)) {
    const front: Resource | null =
      through.kind === 'ingress' ? through.ingress : through.kind === 'load-balancer' ? service : null;
    if (!front) continue;
    for (const hostname of hostnamesOf(front)) {
      const mine = view.series.filter(
        ({ metric, dimensions }) => metric === 'HealthyHostCount' && isOf(dimensions.LoadBalancer ?? '', hostname),
      );
      const names = new Set(mine.map(({ dimensions }) => dimensions.TargetGroup ?? ''));
      for (const healthy of mine) {
        const { TargetGroup: name = '', LoadBalancer: loadBalancer = '' } = healthy.dimensions;
        if (names.size > 1 && !isFor(name, service)) continue;
        const unhealthy = view.series.find(
          ({ metric, dimensions }) =>
            metric === 'UnHealthyHostCount' &&
            dimensions.TargetGroup === name &&
            dimensions.LoadBalancer === loadBalancer,
        );
        groups.set(name, { name, loadBalancer, through: front, healthy, unhealthy: unhealthy ?? null });
      }
    }
  }
  return [...groups.values()];
}

function hostnamesOf({ status }: Resource): readonly string[] {
  return asList(asObject(status.loadBalancer).ingress).flatMap((item) => asText(asObject(item).hostname) ?? []);
}

/**
 * Whether a load balancer (`net/name/id`, `app/name/id`) has this host name. That of a Network Load Balancer is
 * `name-id.elb.region.amazonaws.com`; that of an Application Load Balancer `name-number.region.elb.amazonaws.com`, with
 * `internal-` before it where it is internal, and a number that is not the id.
 */
function isOf(loadBalancer: string, hostname: string): boolean {
  const [type, name, id] = loadBalancer.split('/');
  const host = (hostname.split('.')[0] ?? '').toLowerCase();
  if (!name || !id) return false;
  if (type === 'net') return host === `${name}-${id}`.toLowerCase();
  const at = host.lastIndexOf('-');
  return type === 'app' && host.slice(0, at).replace(/^internal-/, '') === name.toLowerCase();
}

/** The AWS Load Balancer Controller names a group `k8s-<namespace>-<service>-<hash>`, both cut to 8 characters. */
function isFor(targetGroup: string, { ref }: Resource): boolean {
  const start = `k8s-${(ref.namespace ?? '').slice(0, 8)}-${ref.name.slice(0, 8)}-`;
  return (targetGroup.split('/')[1] ?? '').startsWith(start);
}
