import { execFile } from 'node:child_process';
import { parseAllDocuments } from 'yaml';
import { asList, asObject, asTexts, type JsonObject } from '../../../src/lib/json.ts';
import type { ApiServer } from '../kube/api-server.ts';

/** What `meshdoctor install` prints. */
export function printed(...flags: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['dist/main.js', 'install', ...flags], (error, stdout, stderr) =>
      error || stderr !== '' ? reject(error ?? new Error(stderr)) : resolve(stdout),
    );
  });
}

/** The objects in it. */
export async function manifests(...flags: readonly string[]): Promise<readonly JsonObject[]> {
  return parseAllDocuments(await printed(...flags)).map((document) => asObject(document.toJS()));
}

/** What its Roles grant: `list pods`. */
export function grantedBy(all: readonly JsonObject[]): readonly string[] {
  return all.flatMap(({ kind, rules }) =>
    kind !== 'ClusterRole' && kind !== 'Role'
      ? []
      : asList(rules)
          .map(asObject)
          .flatMap((rule) =>
            asTexts(rule.resources).flatMap((resource) => asTexts(rule.verbs).map((verb) => `${verb} ${resource}`)),
          ),
  );
}

/** What a user asked of the API server since an entry of its audit log, and what of it was refused. */
export async function askedBy(cluster: ApiServer, user: string, since: number) {
  const mine = (await cluster.audit()).slice(since).filter((entry) => entry.user === user);
  const name = ({ verb, resource }: (typeof mine)[number]) => `${verb} ${resource}`;
  const refused = mine.filter(({ status }) => status === 401 || status === 403);
  return { all: [...new Set(mine.map(name))], refused: refused.map(name) };
}
