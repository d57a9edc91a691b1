/**
 * The end of life of Envoy's releases: a year after each came out.
 * Source: envoyproxy/envoy RELEASES.md, "Major release schedule", as of 2026-06; 1.39 and later are not in it yet.
 */
const endOfLife: Readonly<Record<string, string>> = {
  '1.12': '2020-10-31',
  '1.13': '2021-01-20',
  '1.14': '2021-04-08',
  '1.15': '2021-07-07',
  '1.16': '2021-10-08',
  '1.17': '2022-01-11',
  '1.18': '2022-04-15',
  '1.19': '2022-07-13',
  '1.20': '2022-10-05',
  '1.21': '2023-01-12',
  '1.22': '2023-04-15',
  '1.23': '2023-07-15',
  '1.24': '2023-10-19',
  '1.25': '2024-01-18',
  '1.26': '2024-04-18',
  '1.27': '2024-07-27',
  '1.28': '2024-10-19',
  '1.29': '2025-01-16',
  '1.30': '2025-04-16',
  '1.31': '2025-07-19',
  '1.32': '2025-10-15',
  '1.33': '2026-01-14',
  '1.34': '2026-04-15',
  '1.35': '2026-07-23',
  '1.36': '2026-10-14',
  '1.37': '2027-01-13',
  '1.38': '2027-04-23',
};

const oldest = 12;

/** The day on which the release of an Envoy version ends (`YYYY-MM-DD`); null where it is not known. */
export function endOfLifeOf(version: string): string | null {
  const match = /^1\.(\d+)\./.exec(version);
  if (!match) return null;
  const minor = Number(match[1]);
  return endOfLife[minor < oldest ? `1.${oldest}` : `1.${minor}`] ?? null;
}
