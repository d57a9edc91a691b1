const factors: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** A Kubernetes quantity (`512Mi`, `1G`, `100m`, `1e9`) as a number; undefined where it is none. */
export function asQuantity(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:([eE][+-]?\d+)|(m|k|[MGTP]i?|Ki))?$/.exec(value);
  const factor = factors[match?.[3] ?? ''];
  return match && factor !== undefined ? Number(`${match[1]}${match[2] ?? ''}`) * factor : undefined;
}
