import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CollectRequest, emptyRequest } from '../collect/request.ts';
import { addLiveOptions, type LiveFlags, liveFrom } from './live-options.ts';

/** The source flags as commander delivers them. */
export interface SourceFlags extends LiveFlags {
  readonly filename: readonly string[];
  readonly recursive: boolean;
  readonly base: readonly string[];
  readonly closed: boolean;
  readonly admin: readonly string[];
  readonly configDump: readonly string[];
  readonly clusters: readonly string[];
  readonly listeners: readonly string[];
  readonly stats: readonly string[];
  readonly certs: readonly string[];
  readonly serverInfo: readonly string[];
  readonly runtime: readonly string[];
  readonly bundle: readonly string[];
  readonly rescueCopies: readonly string[];
  readonly aws: boolean;
  readonly traces: readonly string[];
  readonly xray: boolean;
  readonly window: number;
  readonly timeout: number;
  readonly requestTimeout: number;
  readonly now?: string;
}

/** Adds the flags by which every analysing verb takes its sources. */
export function addSourceOptions(command: Command): Command {
  return addLiveOptions(command.optionsGroup('Sources (they combine):'), list)
    .addOption(
      list('-f, --filename <path>', 'manifests: a file, a folder, or - for stdin; YAML, JSON, List, Helm, Kustomize'),
    )
    .option('-R, --recursive', 'also the folders inside a folder given with -f', false)
    .addOption(
      list('--base <path>', 'manifests that stand under those of -f: they resolve references, but are not judged'),
    )
    .option('--closed', 'the files given are the whole set: what is not in them does not exist', false)
    .addOption(list('--admin <url>', "an Envoy's admin endpoint: http://host:port or unix:/path"))
    .addOption(list('--config-dump <file>', 'what /config_dump?include_eds once said'))
    .addOption(list('--clusters <file>', 'what /clusters?format=json once said'))
    .addOption(list('--listeners <file>', 'what /listeners?format=json once said'))
    .addOption(list('--stats <file>', 'what /stats?format=json once said; given twice, the two make rates'))
    .addOption(list('--certs <file>', 'what /certs once said'))
    .addOption(list('--server-info <file>', 'what /server_info once said'))
    .addOption(list('--runtime <file>', 'what /runtime once said'))
    .addOption(list('--bundle <file>', 'a bundle written by collect, or its unpacked folder'))
    .addOption(list('--rescue-copies <path>', 'where rescue copies lie: a file, or a folder of them'))
    .option('--aws', 'let rules ask CloudWatch: region and credentials as for the aws command', false)
    .addOption(list('--traces <file>', 'X-Ray segments that were saved: of aws xray batch-get-traces, or one a line'))
    .option('--xray', 'ask X-Ray for the traces of the gateways: region and credentials as for the aws command', false)
    .addOption(duration('--window <time>', 'between two readings of counters', emptyRequest.windowMs, '5s'))
    .addOption(duration('--request-timeout <time>', 'for one call', emptyRequest.requestTimeoutMs, '20s'))
    .addOption(duration('--timeout <time>', 'for the whole run', emptyRequest.timeoutMs, '60s'))
    .addOption(new Option('--now <time>', "the snapshot's time, ISO 8601").argParser(parseTime));
}

/**
 * What stays after reading beside the views: the documents, to write a bundle; the configuration as Envoy prints it.
 */
export interface Keep {
  readonly documents: boolean;
  readonly whole: boolean;
}

/** Views alone. */
export const viewsAlone: Keep = { documents: false, whole: false };

/** Turns the flags into what the engine collects. */
export function requestFrom(flags: SourceFlags, keep: Keep, stdin: string | null): CollectRequest {
  return {
    files: flags.filename,
    recursive: flags.recursive,
    base: flags.base,
    closed: flags.closed,
    namespace: flags.namespace ?? null,
    admin: flags.admin,
    live: liveFrom(flags),
    gateways: flags.named?.gateways ?? [],
    saved: {
      configDump: flags.configDump,
      clusters: flags.clusters,
      listeners: flags.listeners,
      stats: flags.stats,
      certs: flags.certs,
      serverInfo: flags.serverInfo,
      runtime: flags.runtime,
    },
    bundles: flags.bundle,
    rescueCopies: flags.rescueCopies,
    aws: flags.aws,
    accessLogs: emptyRequest.accessLogs,
    logs: null,
    traces: { paths: flags.traces, xraySince: flags.xray ? nowOf(flags) - tracesSinceMs : null },
    windowMs: flags.window,
    timeoutMs: flags.timeout,
    requestTimeoutMs: flags.requestTimeout,
    now: flags.now ?? null,
    keep: keep.documents,
    whole: keep.whole,
    stdin,
  };
}

/** Traces of the last 20 minutes, as of logs. */
const tracesSinceMs = 20 * 60_000;

/** The time that counts as now: `--now`, else the clock's; milliseconds since 1970. */
export function nowOf({ now }: Pick<SourceFlags, 'now'>): number {
  return now === undefined ? Date.now() : Date.parse(now);
}

/** An option that may be given many times. */
export function list(flags: string, description: string): Option {
  return new Option(`${flags}`, `${description} (repeatable)`)
    .default([], 'none')
    .argParser((value: string, previous: readonly string[]) => [...previous, value]);
}

/** An option that is a time. */
export function duration(flags: string, description: string, byDefault: number, shown: string): Option {
  return new Option(flags, description).default(byDefault, shown).argParser(parseDuration);
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `500ms`, `5s`, `2m`, `1h`; a bare number counts seconds, as in kubectl. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (!match) throw new InvalidArgumentError('a time is a number and ms, s, m or h: 500ms, 5s, 2m');
  return Math.round(Number(match[1]) * (unitMs[match[2] ?? 's'] ?? 1000));
}

/** Bytes of `64MiB`, `500k`, `1000000`. */
export function parseBytes(text: string): number {
  const [, digits, unit = ''] = /^(\d+)\s*([kmg]?)(?:i?b)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * 1024 ** ['', 'k', 'm', 'g'].indexOf(unit.toLowerCase());
  if (!Number.isInteger(bytes) || bytes < 1)
    throw new InvalidArgumentError('a size is a number of bytes, or 500k, 64M');
  return bytes;
}

function parseTime(text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('a time is written as in ISO 8601: 2026-11-24T03:04:00Z');
  return new Date(time).toISOString();
}
