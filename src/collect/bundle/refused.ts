/** Why a bundle is refused: one line for people, without the bundle's name. Nothing else is thrown whatever stands in a bundle. */
export class Refused extends Error {}

/** A name out of a bundle as it may be shown: quoted, on one line, not longer than it needs to be. */
export function shown(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}

/** Refuses the name of a file that a bundle must not hold: an absolute one, or one that leads out of its folder. */
export function checkName(name: string): void {
  if (name.startsWith('/') || /^[a-z]:/i.test(name) || name.includes('\\')) {
    throw new Refused(`it holds a file with an absolute path (${shown(name)})`);
  }
  if (name.split('/').some((part) => part === '..' || part === '.' || part === '')) {
    throw new Refused(`it holds a file outside its folder (${shown(name)})`);
  }
  if (/\p{Cc}/u.test(name)) throw new Refused(`it holds a file with an unprintable name (${shown(name)})`);
}
