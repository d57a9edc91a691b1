import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import type { Effect } from '../../src/diagnose/finding.ts';
import { defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import { routeSubjects, tellUnplaced } from '../../src/diagnose/told-routes.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import {
  type WrittenRegex,
  type WrittenRoute,
  writtenRegexes,
  writtenRoutes,
} from '../../src/model/mesh/written-routes.ts';
import type { Model } from '../../src/model/model.ts';
import { type GatewayTable, gatewayTables, supersededTables, tableParts } from '../../src/routing/gateway-tables.ts';
import { type MisreadPattern, misreadPatterns } from '../../src/routing/misread-patterns.ts';
import { witnessOf } from '../../src/routing/witness.ts';

export default defineRule({
  id: 'regex-not-full-match',
  title: 'Regular expression that must match the whole value reads as if a part were meant',
  severity: 'warning',
  ...tableParts,
  explains: ['requests-without-route', 'requests-to-wrong-route', 'route-unused', 'match-impossible'],
  docs: {
    what: 'A path or header regex that is anchored at one end only, that begins like no path does, or that is a plain word for a header whose values are sentences. A plain path written as a regex is information: it may be meant as it stands.',
    why: 'Envoy asks a regex of the whole path or header value, never of a part: a pattern that would be found in a search takes only requests whose value is exactly that.',
    fix: 'Write `.*` where anything may follow or precede. For a plain beginning use `prefix`, for a plain whole path `path.exact`: they cost less and say what they mean.',
    seen: 'Status 404, response flag NR, for requests that the route seems made for; or another route takes them.',
  },
  subjects: routeSubjects,
  *check(model) {
    yield* tellUnplaced(model);
    const told = new Set<string>();
    for (const table of gatewayTables(model)) {
      for (const misread of misreadPatterns(table.table)) {
        told.add(misread.pattern);
        yield* describe(
          model,
          table,
          misread,
          table.envoy ? 'traffic' : configEffect(model, [table.gateway], 'unseen'),
        );
      }
    }
    for (const table of supersededTables(model)) {
      for (const misread of misreadPatterns(table.table)) {
        if (!told.has(misread.pattern)) yield* describe(model, table, misread, 'latent');
      }
    }
  },
});

function* describe(model: Model, table: GatewayTable, misread: MisreadPattern, effect: Effect): Iterable<Outcome> {
  const { gateway, envoy } = table;
  const { pattern, of, reading, request, answer, place } = misread;
  const witness = witnessOf(request);
  if (!witness) return;
  const written = writtenWith(model, pattern, of);
  const where = of === ':path' ? 'the path' : `header ${of}`;
  const holder = written ? written.route.says : `A route of gateway ${gateway.ref.name}`;
  const until = meanwhile(model, [gateway], 'these requests');
  const running = envoy && { document: place.document, pointer: place.pointer };
  const evidence = [
    ...(written ? [written.route.object.at(written.regex.path)] : []),
    ...(running ? [envoyEvidence('config_dump', running, { regex: pattern }, `a route of ${envoy.label}`)] : []),
  ];
  const [first, ...rest] = evidence;
  if (!first) return;
  yield finding(written ? written.route.object : gateway, {
    message: `${holder}: the regex ${JSON.stringify(pattern)} must match ${where} as a whole, and reads as if its ${reading.part} were meant: ${JSON.stringify(reading.searched)} is not taken${answer}.`,
    effect,
    ...(reading.sure ? {} : { severity: 'info' as const }),
    evidence: [first, ...rest],
    cause:
      'Envoy asks a regex of the whole value (RE2 full match); anchors change nothing, and a pattern for a part takes only what is exactly that part.',
    fix: [
      {
        say: `${mendText(misread)}${written ? ` (${written.regex.path} of ${holder})` : ''}.`,
        restarts: 'nothing',
        works: whenObjectsApply(model, [gateway]),
      },
      ...(reading.sure ? until.fix : []),
    ],
    avoid: until.avoid,
    witness,
    discriminator: `${of} ${pattern}`,
    affects: written ? [gateway.ref] : [],
  });
}

function mendText({ reading, of, pattern }: MisreadPattern): string {
  const plain = pattern.replace(/^\^/, '');
  if (of === ':path' && reading.part === 'beginning' && plain === reading.whole) {
    return `Write prefix ${plain} if everything below is meant, path.exact ${plain} if this one path is`;
  }
  return `Write ${JSON.stringify(reading.mended)} if a part is meant`;
}

function writtenWith(
  model: Model,
  pattern: string,
  of: string,
): { readonly route: WrittenRoute; readonly regex: WrittenRegex } | null {
  for (const route of writtenRoutes(model)) {
    const regex = writtenRegexes(route).find(
      (one) => one.pattern === pattern && (one.of === 'the path') === (of === ':path'),
    );
    if (regex) return { route, regex };
  }
  return null;
}
