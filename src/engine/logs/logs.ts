import { readLines } from '../../collect/access-log/lines.ts';
import type { Model } from '../../model/model.ts';
import type { LoggedClass, LogsDocument } from '../../report/logs-document.ts';
import { TrafficFold } from '../../traffic/fold.ts';
import { causeOf } from '../../traffic/cause.ts';
import type { Traffic, TrafficClass } from '../../traffic/traffic.ts';
import type { PositionOf } from '../objects.ts';
import { classifyBy } from './classify.ts';
import { explainClass } from './explain-class.ts';
import { compileFormat, formatsOf } from '../../collect/access-log/formats.ts';
import { type LogsOptions, wanted } from './options.ts';
import { emptyTally, type Log, readLog } from './tally.ts';

/** Classes beyond so many are told together; each takes up to 30 KiB. */
const mostClasses = 2_000;

/** Reads logs and tells which classes of requests there are, how they end and why. */
export async function readLogs(model: Model, options: LogsOptions, position: PositionOf): Promise<LogsDocument> {
  const { files, format, since, until, by, gateway, envoyVersion } = options;
  const given = format === null ? [] : [compileFormat(format)].filter((parser) => parser !== null);
  const formats = [...given, ...formatsOf(model.snapshot)];
  const fold = new TrafficFold({ classify: classifyBy(model, gateway, envoyVersion), by, mostClasses });
  const tally = emptyTally();
  const sources: LogsDocument['sources'][number][] = [];
  for (const log of logsOf(model, files)) sources.push(await readLog(log, formats, options, fold, tally));
  const traffic = fold.end();
  const minutes = traffic.covered ? Math.max(1, traffic.covered.to - traffic.covered.from) / 60_000 : null;
  const served = servedOf(traffic);
  const classes = traffic.classes
    .filter((one) => wanted(options, one))
    .map((one): LoggedClass => {
      const { example: _, hop: __, ...told } = one;
      const failing = one.status >= 400 || one.status === 0 || one.flag !== '-';
      return {
        ...told,
        perMinute: minutes === null ? null : Math.round((one.count / Math.max(minutes, 1)) * 100) / 100,
        explanation: failing ? explanationOf(model, one, options, position) : null,
        served: failing ? (served.get(`${one.method} ${one.path} ${one.group}`) ?? 0) : null,
      };
    });
  return {
    schemaVersion: 1,
    ...tally,
    requests: traffic.requests,
    bytes: traffic.bytes,
    window: {
      asked: since === null && until === null ? null : { from: timeOf(since), to: timeOf(until) },
      covered: traffic.covered && { from: timeOf(traffic.covered.from), to: timeOf(traffic.covered.to) },
    },
    byStatusFlag: traffic.byStatusFlag,
    rates: traffic.rates,
    classes,
    notes: notesOf(options, given.length, traffic, tally.parsed),
    sources,
  };
}

/** The files that are named, and the logs that a bundle brought. */
function logsOf(model: Model, files: readonly string[]): readonly Log[] {
  const bundled = model.snapshot.documents.filter(({ kind }) => kind === 'access_log');
  return [
    ...files.map((path) => ({ name: path === '-' ? 'standard input' : path, pieces: readLines(path) })),
    ...bundled.map(({ origin, size, text }) => {
      const lines = (text() ?? '').split('\n');
      return {
        name: origin,
        pieces: [{ lines: lines.at(-1) === '' ? lines.slice(0, -1) : lines, bytes: size, cut: 0 }],
      };
    }),
  ];
}

function explanationOf(model: Model, one: TrafficClass, options: LogsOptions, position: PositionOf): string | null {
  const why = causeOf(one);
  const more = explainClass(model, one, options, position);
  return why !== null && more !== null ? `${why}; ${more}` : (why ?? more);
}

/** Requests that were served, by method, path and group: a class that fails now may have worked before. */
function servedOf({ classes }: Traffic): ReadonlyMap<string, number> {
  const served = new Map<string, number>();
  for (const { method, path, group, status, count } of classes) {
    if (status < 100 || status >= 400) continue;
    const key = `${method} ${path} ${group}`;
    served.set(key, (served.get(key) ?? 0) + count);
  }
  return served;
}

function notesOf({ format }: LogsOptions, given: number, { classes }: Traffic, parsed: number): readonly string[] {
  const notes: string[] = [];
  if (format !== null && given === 0)
    notes.push('--log-format tells nothing of a request, or stands on several lines: it was not used');
  if (classes.some(({ path }) => path === '(other)'))
    notes.push(`more than ${mostClasses} classes: the rest is told together as (other)`);
  const examples = classes.flatMap(({ example }) => (example ? [example] : []));
  if (parsed > 0 && examples.every(({ outer }) => outer.flag === null))
    notes.push('the log holds no response flags: who answered is told by what else it holds');
  if (examples.length > 0 && examples.every(({ outer }) => outer.requestId === null && outer.upstream === null))
    notes.push(
      'the log holds neither request id nor upstream: the two lines of a self-redirecting gateway are not joined',
    );
  return notes;
}

function timeOf(at: number | null): string | null {
  return at === null || Math.abs(at) > 8.64e15 ? null : new Date(at).toISOString();
}
