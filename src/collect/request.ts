import type { CallLimit, ReadingPace } from './envoy-admin/pacing.ts';
import type { LiveRequest } from './kubernetes/request.ts';

/** Which sources to read, and how: plain data, so that it can be posted to the engine's worker. */
export interface CollectRequest {
  /** `-f`: files, folders, `-` for stdin. */
  readonly files: readonly string[];
  /** `-R`. */
  readonly recursive: boolean;
  /** `--base`: manifests that stand under those of `files`. */
  readonly base: readonly string[];
  /** `--closed`: the files given are the whole set. */
  readonly closed: boolean;
  /** `-n`: the namespace of manifests that name none. */
  readonly namespace: string | null;
  /** `--admin`: admin endpoints, `http://host:port` or `unix:/path`. */
  readonly admin: readonly string[];
  /** What admin endpoints once said. */
  readonly saved: SavedAdminFiles;
  /** `--live`, `--context`: a cluster; null: none is contacted. */
  readonly live: LiveRequest | null;
  /** The gateways that are reported, `NAME` or `NS/NAME`; empty: all. */
  readonly gateways: readonly string[];
  /** `--bundle`. */
  readonly bundles: readonly string[];
  /** Access logs to keep, redacted; `format`: theirs, where it is told. */
  readonly accessLogs: {
    readonly paths: readonly string[];
    readonly format: string | null;
    /** Milliseconds since 1970: older lines of files are left out; null: none is. */
    readonly since: number | null;
    /** Those of the gateway pods too; null: not. */
    readonly pods: PodLogsWanted | null;
  };
  /** Access logs to tell rules of, once all else was read; null: none. */
  readonly logs: LogsRequest | null;
  /** `--traces`: files of segments; `--xray`: ask X-Ray for those since then (milliseconds since 1970; null: not). */
  readonly traces: { readonly paths: readonly string[]; readonly xraySince: number | null };
  /** `--rescue-copies`: files and folders in which rescue copies lie. */
  readonly rescueCopies: readonly string[];
  /** `--aws`: ask CloudWatch. */
  readonly aws: boolean;
  /** Read Envoys as cheaply as will do, by what is remembered of them; absent: whole, and counters twice. */
  readonly pace?: ReadingPace;
  /** No call to an Envoy takes longer, and it rests between them, for what is read whole; absent: whatever they take. */
  readonly limit?: CallLimit;
  /** `--window`: milliseconds between the two readings of counters. */
  readonly windowMs: number;
  /** `--timeout`: milliseconds for the whole run. */
  readonly timeoutMs: number;
  /** `--request-timeout`: milliseconds for one call. */
  readonly requestTimeoutMs: number;
  /** `--now`: ISO 8601; null takes the bundle's time, else the clock's. */
  readonly now: string | null;
  /** Keep the documents (to write a bundle); else only their views stay. */
  readonly keep: boolean;
  /** Keep the configuration as it stands, for `rescue`: what would be hidden decides or is needed to start it again. */
  readonly whole: boolean;
  /** What stands on stdin, where `files` names `-`. */
  readonly stdin: string | null;
}

/** Which access logs to fold into classes of requests. */
export interface LogsRequest {
  /** `--access-log`: files, `-` for standard input. */
  readonly paths: readonly string[];
  /** `--log-format`; null: as the configuration says, else as they look. */
  readonly format: string | null;
  /** `--since`, `--until`: milliseconds since 1970; null: open. */
  readonly since: number | null;
  readonly until: number | null;
  /** Also the logs of gateway pods, where a cluster is read; null: not. */
  readonly pods: PodLogsWanted | null;
}

/** Of the logs of pods: how far back, and how many bytes of each. */
export interface PodLogsWanted {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly limitBytes: number;
}

/** Files that hold what an admin endpoint once said, by page. */
export interface SavedAdminFiles {
  readonly configDump: readonly string[];
  readonly clusters: readonly string[];
  readonly listeners: readonly string[];
  readonly stats: readonly string[];
  readonly certs: readonly string[];
  readonly serverInfo: readonly string[];
  readonly runtime: readonly string[];
}

/** A request that names no source. */
export const emptyRequest: CollectRequest = {
  files: [],
  recursive: false,
  base: [],
  closed: false,
  namespace: null,
  admin: [],
  saved: { configDump: [], clusters: [], listeners: [], stats: [], certs: [], serverInfo: [], runtime: [] },
  live: null,
  gateways: [],
  bundles: [],
  logs: null,
  traces: { paths: [], xraySince: null },
  rescueCopies: [],
  aws: false,
  accessLogs: { paths: [], format: null, since: null, pods: null },
  windowMs: 5000,
  timeoutMs: 60_000,
  requestTimeoutMs: 20_000,
  now: null,
  keep: false,
  whole: false,
  stdin: null,
};

/** True when a request names at least one source. */
export function namesSource(request: CollectRequest): boolean {
  const saved = Object.values(request.saved).some((paths) => paths.length > 0);
  return saved || request.live !== null || namesFiles(request);
}

function namesFiles(request: CollectRequest): boolean {
  const { files, base, admin, bundles, accessLogs, logs, traces } = request;
  const logPaths = accessLogs.paths.length + (logs?.paths.length ?? 0) + traces.paths.length;
  return files.length + base.length + admin.length + bundles.length + logPaths > 0;
}
