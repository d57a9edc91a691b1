import type { Behaviour } from './upstreams.ts';

/** One Service of the shop, as its pods really are: what answers behind which name and port. */
export interface ShopService {
  readonly name: string;
  readonly port: number;
  readonly behaviour: Behaviour;
}

/** One request of a story's traffic. */
export interface LabRequest {
  readonly path: string;
  readonly host?: string | undefined;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What runs in the shop's namespace in every story: the faults of the incident lie in its App Mesh objects only. */
export const shopServices: readonly ShopService[] = [
  { name: 'cart', port: 8080, behaviour: { kind: 'echo' } },
  { name: 'catalog-v1', port: 8080, behaviour: { kind: 'echo' } },
  { name: 'catalog-v2', port: 8080, behaviour: { kind: 'echo' } },
  { name: 'orders', port: 8080, behaviour: { kind: 'echo' } },
  { name: 'payments', port: 8080, behaviour: { kind: 'echo' } },
  { name: 'recommendations', port: 8080, behaviour: { kind: 'slow', ms: 20 } },
  { name: 'reviews', port: 8080, behaviour: { kind: 'echo' } },
  { name: 'search', port: 8080, behaviour: { kind: 'echo' } },
  { name: 'users', port: 8080, behaviour: { kind: 'echo' } },
  { name: 'web', port: 8080, behaviour: { kind: 'echo' } },
];

/** The Host clients of the shop send; the `web` route asks for it. */
export const shopHost = 'www.shop.example.com';

const apiHost = 'api.shop.example.com';
const paths = ['/cart', '/catalog', '/orders', '/payments', '/recommendations', '/reviews', '/search', '/users'];

/** One round of the shop's traffic: each route once, payments three times, and the web pages. */
export function shopRound(round: number): readonly LabRequest[] {
  const item = 1 + (round % 40);
  const api = paths.map((path) => ({ path: `${path}/${item}`, host: apiHost }));
  const payments = [1, 2].map((part) => ({ path: `/payments/${item}/${part}`, host: apiHost, method: 'POST' }));
  return [...api, ...payments, { path: '/', host: shopHost }, { path: `/products/${item}`, host: shopHost }];
}
