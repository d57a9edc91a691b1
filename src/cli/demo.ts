import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyRequest } from '../collect/request.ts';
import { diagnose } from './diagnose.ts';
import { noLiveFlags } from './live-options.ts';
import { noLogFlags } from './logs.ts';
import type { ReportFlags } from './report-options.ts';
import type { SourceFlags } from './source-options.ts';

/** `meshdoctor demo`: the diagnosis of the bundled incident. */
export async function demo(flags: ReportFlags): Promise<void> {
  const path = fileURLToPath(new URL('./demo/incident.tar.gz', import.meta.url));
  const near = relative(process.cwd(), path);
  const bundle = near.startsWith('..') ? path : near;
  await diagnose({ ...noSources, ...noLogFlags, bundle: [bundle], status: [], ...flags });
}

const noSources: SourceFlags = {
  ...noLiveFlags,
  filename: [],
  recursive: false,
  base: [],
  closed: false,
  admin: [],
  ...emptyRequest.saved,
  bundle: [],
  rescueCopies: [],
  aws: false,
  traces: [],
  xray: false,
  window: emptyRequest.windowMs,
  timeout: emptyRequest.timeoutMs,
  requestTimeout: emptyRequest.requestTimeoutMs,
};
