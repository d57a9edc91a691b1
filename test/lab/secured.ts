import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../src/lib/json.ts';
import { makeAuthority } from './certificates.ts';
import { type ShopService, shopHost } from './shop.ts';

/** What answers on port 8443 of a Service: TLS with a certificate that the gateway's CA signed, or another CA; or plain text. */
export type SecuredAnswer = 'trusted' | 'untrusted' | 'plain';

/** The certificates of a lab whose gateway speaks TLS, and what answers it so. */
export interface Secured {
  /** The CA that signed for the gateway and the trusted targets; PEM. */
  readonly authority: string;
  readonly services: readonly ShopService[];
  /** What a secret server beside the gateway delivers. */
  readonly secrets: (what: Delivery) => Promise<readonly JsonObject[]>;
  /** Puts what a gateway has mounted below `/certs` into the folder its Envoy works in. */
  readonly mount: (folder: string) => Promise<void>;
}

export const SECURED_PORT = 8443;

/** The gateway's certificate, and the CA that it trusts its targets by: as they are, or one of the two in its place. */
export type Delivery = 'as-before' | 'new-certificate' | 'foreign-authority';

/** What a secret server calls the gateway's certificate, and the CA. */
export const secretNames = { edge: 'spiffe://shop.example.com/edge', authority: 'spiffe://shop.example.com' };

/** The socket of the secret server in the folder that Envoy works in. */
export const SECRET_SOCKET = 'certs/agent.sock';

/** What App Mesh's agent writes into the bootstrap where pods have a secret server beside them (SPIRE). Unless a story has one, nobody listens there. */
export const secretServer = {
  static_resources: {
    clusters: [
      {
        name: 'static_cluster_sds_unix_socket',
        type: 'STATIC',
        connect_timeout: '1s',
        http2_protocol_options: {},
        load_assignment: {
          cluster_name: 'static_cluster_sds_unix_socket',
          endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: SECRET_SOCKET } } } }] }],
        },
      },
    ],
  },
};

/** No rule about their end shall speak. */
const DAYS = 3650;

/** Makes two authorities in a folder, and what they sign. */
export async function makeSecured(folder: string, answers: Readonly<Record<string, SecuredAnswer>>): Promise<Secured> {
  const authority = async (name: string) => {
    await mkdir(join(folder, name), { recursive: true });
    return makeAuthority(join(folder, name), DAYS);
  };
  const [ours, foreign] = [await authority('ours'), await authority('foreign')];
  const names = [shopHost, 'api.shop.example.com'];
  const edge = await ours.issue('edge', names);
  const services: ShopService[] = [];
  for (const [name, answer] of Object.entries(answers)) {
    const base = { name, port: SECURED_PORT };
    if (answer === 'plain') services.push({ ...base, behaviour: { kind: 'echo' } });
    else {
      const by = answer === 'trusted' ? ours : foreign;
      const { key, certificate } = await by.issue(name, [`${name}.shop.svc.cluster.local`]);
      services.push({ ...base, behaviour: { kind: 'tls', key, cert: certificate } });
    }
  }
  return {
    authority: ours.authority,
    services,
    secrets: async (what) => {
      const inline = (text: string): JsonObject => ({ inline_string: text });
      const { certificate, key } = what === 'new-certificate' ? await ours.issue('edge-next', names) : edge;
      const { authority } = what === 'foreign-authority' ? foreign : ours;
      return [
        { name: secretNames.authority, validation_context: { trusted_ca: inline(authority) } },
        {
          name: secretNames.edge,
          tls_certificate: { certificate_chain: inline(certificate), private_key: inline(key) },
        },
      ];
    },
    mount: async (place) => {
      const certs = join(place, 'certs');
      await mkdir(certs, { recursive: true });
      await writeFile(join(certs, 'ca.pem'), ours.authority);
      await writeFile(join(certs, 'edge_chain.pem'), edge.certificate);
      await copyFile(edge.keyFile, join(certs, 'edge_key.pem'));
    },
  };
}
