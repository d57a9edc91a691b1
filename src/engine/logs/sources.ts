import { linesIn, type LogPiece, readLines } from '../../collect/access-log/lines.ts';
import { takeScanner } from '../../collect/access-log/scanner.ts';
import type { Gateway } from '../../model/gateway.ts';
import type { Model } from '../../model/model.ts';
import type { Document } from '../../snapshot/document.ts';
import { nameOf } from './gateway-name.ts';
import type { Log } from './tally.ts';

/** A log, and the gateway that wrote it; null: nobody knows. */
export interface SourceLog {
  readonly gateway: Gateway | null;
  readonly log: Log;
}

/** The files that are named, and the logs that a bundle brought: of the only gateway in scope, where there is one. */
export function fileLogs(model: Model, paths: readonly string[], named: readonly string[]): readonly SourceLog[] {
  const gateway = onlyGateway(model, named);
  const bundled = model.snapshot.documents.filter(({ kind }) => kind === 'access_log');
  return [
    ...paths.map((path) => ({
      gateway,
      log: { name: path === '-' ? 'standard input' : path, pieces: filePieces(path) },
    })),
    ...bundled.map((document) => ({ gateway: writerOf(model, document) ?? gateway, log: bundledLog(document) })),
  ];
}

async function* filePieces(path: string): AsyncGenerator<LogPiece> {
  yield* readLines(path, takeScanner());
}

/** The gateway whose Envoy wrote a log that a bundle kept; null: the bundle does not say. */
function writerOf({ gateways }: Model, { envoy }: Document): Gateway | null {
  if (envoy === null) return null;
  return gateways.find(({ envoys }) => envoys.some(({ key }) => key === envoy)) ?? null;
}

/** A log as a bundle kept it. */
export function bundledLog({ origin, text }: Document): Log {
  return { name: origin, pieces: linesIn(text() ?? '') };
}

/** The gateway that logs without a name are taken for: the only one that is named, or reported. */
export function onlyGateway({ gateways }: Model, named: readonly string[]): Gateway | null {
  const wanted = gateways.filter(
    (gateway) =>
      gateway.object?.reported !== false &&
      (named.length === 0 || named.includes(gateway.ref.name) || named.includes(nameOf(gateway))),
  );
  return wanted.length === 1 ? (wanted[0] ?? null) : null;
}
