import { asList, asObject, type JsonObject } from '../../../src/lib/json.ts';
import type { WireRequest } from './requests.ts';

type Fails = (listener: JsonObject, request: WireRequest) => Promise<boolean>;

/** Makes a failing case small: drops virtual hosts, headers and routes while `fails` holds for what is left. */
export async function shrink(
  listener: JsonObject,
  request: WireRequest,
  fails: Fails,
): Promise<readonly [JsonObject, WireRequest]> {
  let best = listener;
  const few = withHosts(best, (hosts) => hosts.filter(({ name }) => name === request.aim || name === 'any'));
  if (await fails(few, request)) best = few;
  let left = request;
  for (let at = left.headers.length - 1; at >= 0; at -= 1) {
    const fewer = { ...left, headers: left.headers.filter((_, index) => index !== at) };
    if (await fails(best, fewer)) left = fewer;
  }
  for (let at = 8; at >= 0; at -= 1) {
    const smaller = withHosts(best, (hosts) =>
      hosts.map((host) => ({ ...host, ...(host.routes ? { routes: dropped(host.routes, at) } : {}) })),
    );
    if (await fails(smaller, left)) best = smaller;
  }
  return [best, left];
}

function dropped(routes: unknown, at: number): readonly unknown[] {
  return asList(routes).filter((_, index) => index !== at);
}

/** The listener with other virtual hosts, the same in all its filter chains. */
function withHosts(listener: JsonObject, change: (hosts: readonly JsonObject[]) => readonly JsonObject[]): JsonObject {
  const changed = (value: unknown): JsonObject => {
    const chain = asObject(value);
    const filters = asList(chain.filters).map((filter) => {
      const manager = asObject(asObject(filter).typed_config);
      const config = asObject(manager.route_config);
      const virtual_hosts = change(asList(config.virtual_hosts).map(asObject));
      return { ...asObject(filter), typed_config: { ...manager, route_config: { ...config, virtual_hosts } } };
    });
    return { ...chain, filters };
  };
  const standard = listener.default_filter_chain;
  return {
    ...listener,
    filter_chains: asList(listener.filter_chains).map(changed),
    ...(standard ? { default_filter_chain: changed(standard) } : {}),
  };
}
