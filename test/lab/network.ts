import { type LabDns, startDns } from './dns.ts';
import { type ShopService, shopServices } from './shop.ts';
import { startUpstreams, type Upstreams } from './upstreams.ts';

/** One lab's own loopback network: its name server, its upstreams, and addresses for its gateways. */
export interface LabNetwork {
  readonly dns: LabDns;
  readonly upstreams: Upstreams;
  /** The address the listeners of the gateway's n-th Envoy bind to. */
  readonly gatewayAddress: (index: number) => string;
  /** The address that a Service's name resolves to; undefined for names the lab does not know. */
  readonly serviceAddress: (name: string) => string | undefined;
  readonly stop: () => Promise<void>;
}

const DNS_PORT = 5353;
const FIRST_GATEWAY = 10;
const FIRST_UPSTREAM = 100;
const MOST_LABS = 200;

/**
 * Takes the first free /24 below 127.20.0.0/16: whoever holds its name server's port holds the network. `more`: what answers
 * on other ports of the shop's Services.
 */
export async function startNetwork(more: readonly ShopService[] = []): Promise<LabNetwork> {
  for (let lab = 1; lab <= MOST_LABS; lab += 1) {
    const network = `127.20.${lab}`;
    const dns = await startDns(`${network}.1`, DNS_PORT, namesOf(network)).catch(unlessInUse);
    if (dns === undefined) continue;
    try {
      return withUpstreams(
        network,
        dns,
        await startUpstreams([...shopServices, ...more].map((one) => located(network, one))),
      );
    } catch (error) {
      await dns.stop();
      throw error;
    }
  }
  throw new Error(`Tried ${MOST_LABS} loopback networks from 127.20.1.0/24 on: all are held by other labs. Stop some.`);
}

function withUpstreams(network: string, dns: LabDns, upstreams: Upstreams): LabNetwork {
  return {
    dns,
    upstreams,
    gatewayAddress: (index) => `${network}.${FIRST_GATEWAY + index}`,
    serviceAddress: (name) => {
      const at = shopServices.findIndex((service) => service.name === name);
      return at < 0 ? undefined : `${network}.${FIRST_UPSTREAM + at}`;
    },
    stop: async () => {
      await upstreams.stop();
      await dns.stop();
    },
  };
}

function located(network: string, service: ShopService) {
  const at = shopServices.findIndex(({ name }) => name === service.name);
  return { ...service, address: `${network}.${FIRST_UPSTREAM + at}` };
}

function namesOf(network: string): ReadonlyMap<string, string> {
  const located = shopServices.map(({ name }, at) => [name, `${network}.${FIRST_UPSTREAM + at}`] as const);
  return new Map(located.map(([name, address]) => [`${name}.shop.svc.cluster.local`, address]));
}

function unlessInUse(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
  throw error;
}
