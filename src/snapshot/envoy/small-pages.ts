import { asNumber, asObject, asText, asTexts, pointer } from '../../lib/json.ts';
import { type At, addressOf, inside, itemsOf, placeOf, textOf } from './fields.ts';
import type { Address, BoundListener, Certificate, Ready, Runtime, ServerInfo } from './view.ts';

/** Reads `/server_info`; null where the page is another. The version is `<commit>/<number>/<status>/<type>/<tls>`. */
export function readServerInfo(document: string, page: unknown): ServerInfo | null {
  const root: At = { document, pointer: '', value: asObject(page) };
  if (asText(root.value.state) === undefined || asText(root.value.version) === undefined) return null;
  const node = inside(root, 'node');
  const uptime = asText(root.value.uptime_current_epoch) ?? '';
  return {
    place: { document, pointer: '' },
    state: textOf(root, 'state'),
    version: /\d+\.\d+\.\d+/.exec(textOf(root, 'version').split('/')[1] ?? '')?.[0] ?? '',
    uptimeSeconds: asNumber(uptime.replace(/s$/, '')) ?? null,
    nodeId: textOf(node, 'id') || textOf(inside(root, 'command_line_options'), 'service_node'),
    nodeCluster: textOf(node, 'cluster') || textOf(inside(root, 'command_line_options'), 'service_cluster'),
  };
}

/** Reads `/ready`: the state's name alone. */
export function readReady(document: string, text: string): Ready | null {
  const state = text.trim();
  if (!/^[A-Z_]{3,40}$/.test(state)) return null;
  return { place: { document, pointer: '' }, status: state === 'LIVE' ? 200 : 503, state };
}

/** Reads `/listeners?format=json`; null where the page is another. */
export function readListeners(document: string, page: unknown): readonly BoundListener[] | null {
  const root: At = { document, pointer: '', value: asObject(page) };
  const known = root.value.listener_statuses !== undefined || Object.keys(root.value).length === 0;
  if (!known) return null;
  return itemsOf(root, 'listener_statuses').map((at) => ({
    place: placeOf(at),
    name: textOf(at, 'name'),
    address: addressOf(at.value.local_address) ?? { host: '', port: 0 },
  }));
}

/** Reads the text form of `/listeners`: `name::address:port`. */
export function readListenersText(document: string, text: string): readonly BoundListener[] | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.some((line) => !line.includes('::'))) return null;
  return lines.map((line) => {
    const cut = line.indexOf('::');
    const name = line.slice(0, cut);
    return { place: { document, pointer: pointer(name) }, name, address: addressFromText(line.slice(cut + 2)) };
  });
}

/** `10.0.0.1:80`, `[::1]:80`, or the path of a pipe. */
export function addressFromText(text: string): Address {
  const match = /^\[?([^\]]*)\]?:(\d+)$/.exec(text.trim());
  return match ? { host: match[1] ?? '', port: Number(match[2]) } : { host: text.trim(), port: 0 };
}

/** Reads `/certs`; null where the page is another. */
export function readCerts(document: string, page: unknown): readonly Certificate[] | null {
  const root: At = { document, pointer: '', value: asObject(page) };
  if (root.value.certificates === undefined && Object.keys(root.value).length > 0) return null;
  return itemsOf(root, 'certificates').flatMap((entry) =>
    (['ca_cert', 'cert_chain'] as const).flatMap((kind) =>
      itemsOf(entry, kind).map((at) => ({
        place: placeOf(at),
        path: textOf(at, 'path'),
        subjectAltNames: itemsOf(at, 'subject_alt_names').flatMap(({ value }) => asTexts(Object.values(value))),
        validFrom: asText(at.value.valid_from) ?? null,
        expires: asText(at.value.expiration_time) ?? null,
        authority: kind === 'ca_cert',
      })),
    ),
  );
}

/** Reads `/runtime`: the value in force of each key; null where the page is another. */
export function readRuntime(document: string, page: unknown): Runtime | null {
  const root = asObject(page);
  if (root.entries === undefined && root.layers === undefined) return null;
  const values = new Map<string, string>();
  for (const [key, entry] of Object.entries(asObject(root.entries))) {
    values.set(key, asText(asObject(entry).final_value) ?? '');
  }
  return { place: { document, pointer: '' }, values };
}
