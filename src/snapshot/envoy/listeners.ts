import { asList, asObject, asText, type JsonObject, pointer } from '../../lib/json.ts';
import { readAddress, readAddressText } from './address.ts';
import type { BoundListener } from './view.ts';

/** Reads `/listeners?format=json`; null where it is not that page. `{}` is an Envoy without listeners. */
export function readListeners(page: JsonObject, document: string): readonly BoundListener[] | null {
  if (!Array.isArray(page.listener_statuses)) return Object.keys(page).length === 0 ? [] : null;
  const listeners: BoundListener[] = [];
  for (const [index, value] of asList(page.listener_statuses).entries()) {
    const status = asObject(value);
    const name = asText(status.name) ?? '';
    const at = `/listener_statuses/${index}`;
    for (const [member, address] of addressesOf(status)) {
      const bound = readAddress(address);
      if (bound) listeners.push({ place: { document, pointer: `${at}${member}` }, name, address: bound });
    }
  }
  return listeners;
}

function addressesOf(status: JsonObject): readonly (readonly [string, unknown])[] {
  const more = asList(status.additional_local_addresses);
  return [
    ['', status.local_address],
    ...more.map((address, index) => [`/additional_local_addresses/${index}`, address] as const),
  ];
}

/** Reads the text of `/listeners`: `name::address` a line; null where it is not that page. Pointers are into `{name: address}`. */
export function readListenersText(text: string, document: string): readonly BoundListener[] | null {
  const listeners: BoundListener[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const match = /^(.+?)::((?:\[[^\]]*\]|[^:\s[\]]+):\d{1,5}|[/@]\S*)\s*$/.exec(line);
    const address = readAddressText(match?.[2] ?? '');
    if (!match || !address) return null;
    const name = match[1] ?? '';
    listeners.push({ place: { document, pointer: pointer(name) }, name, address });
  }
  return listeners;
}
