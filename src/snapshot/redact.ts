/** How many values of each kind were hidden when they entered the snapshot. */
export type Redactions = Readonly<Record<string, number>>;

/** What stands in the place of a hidden value. */
export const redacted = '[redacted]';

const secretName =
  /(^|[-_./])(authorization|cookie|set-cookie|password|passwd|secret|token|credential|credentials|api[-_]?key|access[-_]?key|private[-_]?key|session)([-_.]|$)/i;

/** True for the name of a header, variable, field or annotation whose value is a secret by its name alone. */
export function isSecretName(name: string): boolean {
  return secretName.test(name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2'));
}

/** Adds up two counts of hidden values. */
export function addRedactions(left: Redactions, right: Redactions): Redactions {
  const sum: Record<string, number> = { ...left };
  for (const [kind, count] of Object.entries(right)) sum[kind] = (sum[kind] ?? 0) + count;
  return sum;
}
