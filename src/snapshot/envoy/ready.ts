import type { Ready } from './view.ts';

const statusOf: ReadonlyMap<string, number> = new Map([
  ['LIVE', 200],
  ['DRAINING', 503],
  ['PRE_INITIALIZING', 503],
  ['INITIALIZING', 503],
]);

/**
 * Reads `/ready`: the state on one line. Envoy derives the response code from that state alone (200 for LIVE, else 503,
 * `ServerInfoHandler::handlerReady`), so the text tells it as well; a state we do not know has none. Null where the text is no state.
 */
export function readReady(text: string, document: string): Ready | null {
  const state = text.trim();
  if (!/^[A-Z][A-Z_]{2,39}$/.test(state)) return null;
  return { place: { document, pointer: '' }, status: statusOf.get(state) ?? null, state };
}
