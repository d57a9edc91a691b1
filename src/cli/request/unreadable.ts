import { clean, truncate } from '../../lib/text.ts';
import { Failure } from '../failure.ts';

/** The one line about something a person gave that cannot be read; what was given is shown so that a terminal is safe. */
export function unreadable(what: string, given: string, why: string): Failure {
  return new Failure(`cannot read the ${what} "${truncate(clean(given), 200)}"${truncate(clean(why), 200)}`, 2);
}
