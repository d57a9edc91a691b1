import type { PodLogsWanted } from '../../collect/request.ts';
import type { GroupBy } from '../../traffic/traffic.ts';

/** Which logs to read, and what of them to tell. */
export interface LogsOptions {
  /** Files, gzipped or not; `-` for standard input. */
  readonly files: readonly string[];
  /** Also the logs of the gateway pods of the cluster that was read; null: not. */
  readonly pods: PodLogsWanted | null;
  /** `--log-format`; null: as the configuration says, else as it looks. */
  readonly format: string | null;
  /** Milliseconds since 1970; null: from the first line, to the last. */
  readonly since: number | null;
  readonly until: number | null;
  readonly by: GroupBy;
  /** Statuses, `404` or `5xx`; empty: all. */
  readonly statuses: readonly string[];
  /** A path, or the beginning of paths with `*` at its end; null: all. */
  readonly path: string | null;
  readonly gateway: string | null;
  readonly envoyVersion: string | null;
}

/** Whether a class is among those asked for. */
export function wanted(
  { statuses, path }: Pick<LogsOptions, 'statuses' | 'path'>,
  { status, path: shape }: { readonly status: number; readonly path: string },
): boolean {
  if (statuses.length > 0 && !hasStatus(statuses, status)) return false;
  if (path === null) return true;
  return path.endsWith('*') ? shape.startsWith(path.slice(0, -1)) : shape === path;
}

/** Whether a status is among these: `404`, `5xx`. */
export function hasStatus(statuses: readonly string[], status: number): boolean {
  const text = String(status).padStart(3, '0');
  return statuses.some((asked) => (/^\dxx$/i.test(asked) ? asked[0] === text[0] : Number(asked) === status));
}
