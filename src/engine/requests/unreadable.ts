import { clean } from '../../lib/text.ts';
import { truncate } from '../../lib/width.ts';

/** A request that a person gave and that cannot be read; its message is one line for people. */
export class UnreadableRequest extends Error {}

/** The one line about something a person gave that cannot be read; what was given is shown so that a terminal is safe. */
export function unreadable(what: string, given: string, why: string): UnreadableRequest {
  return new UnreadableRequest(`cannot read the ${what} "${truncate(clean(given), 200)}"${truncate(clean(why), 200)}`);
}
