import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { catalogue } from '../../../rules/index.ts';
import { runRule, diagnose } from '../../../src/diagnose/run.ts';
import { buildModel } from '../../../src/model/model.ts';
import { refText } from '../../../src/snapshot/object.ts';
import { gatewayRoute, virtualService } from '../../support/shop.ts';
import { type Given, snapshotOf } from '../../support/snapshot-of.ts';
import { faultsOf, podRule, userRule } from '../../support/user-rules.ts';

const pod = (name: string, spec: object = {}, metadata: object = {}): string =>
  `${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', ...metadata }, spec })}\n---\n`;

function ran(yaml: string, given: Given) {
  const { check, findings } = runRule(buildModel(snapshotOf(given)), userRule(yaml).rule);
  return { check, findings, found: findings.map(({ subjects }) => subjects.map(refText).join()) };
}
const podsFound = (when: string, manifests: string) => ran(podRule(when), { manifests }).found;

describe('a user rule', () => {
  it('finds what its expression says, with message, fix and evidence', () => {
    const { findings, check } = ran(podRule("pod.name.startsWith('a')", 'fix: Rename it.\nevidence: [metadata.name]'), {
      manifests: pod('a1') + pod('b1'),
    });
    expect(check).toMatchObject({ subjects: 2, found: 1, clear: 1, failed: null });
    expect(findings).toMatchObject([
      {
        rule: 'mine',
        severity: 'error',
        effect: 'traffic',
        message: 'a1 is wrong',
        fix: [{ say: 'Rename it.', restarts: 'nothing', works: 'now' }],
        evidence: [{ pointer: '/0/metadata/name', value: 'a1' }],
      },
    ]);
  });

  it('counts whole numbers as int and reads what is nested', () => {
    const two = pod('a', { priority: 5, containers: [{ name: 'x', image: 'i', ports: [{ containerPort: 8080 }] }] });
    expect(podsFound('pod.spec.priority + 1 == 6', two)).toEqual(['Pod shop/a']);
    expect(podsFound('pod.containers.exists(c, 8080 in c.ports)', two)).toEqual(['Pod shop/a']);
    expect(podsFound("pod.labels.?app.orValue('none') == 'none'", two)).toEqual(['Pod shop/a']);
  });

  it('is not evaluated where it reads a field that is not there, and names it', () => {
    const { check, found } = ran(podRule("pod.spec.restartPolicy == 'Never'"), {
      manifests: pod('a') + pod('b', { restartPolicy: 'Never' }),
    });
    expect(found).toEqual(['Pod shop/b']);
    expect(check.notEvaluated.map(({ gap }) => gap.missing)).toEqual(['pod.spec.restartPolicy of Pod shop/a']);
    expect(podsFound("!has(pod.spec.restartPolicy) || pod.spec.restartPolicy == 'Never'", pod('a'))).toHaveLength(1);
  });

  it('takes what was not seen neither for there nor for absent', () => {
    const rule = (when: string) =>
      `id: mine\ntitle: t\neach: gatewayRoutes\nmessage: '{{ route.name }}'\nwhen: ${JSON.stringify(when)}\n`;
    const route = gatewayRoute('cart');
    for (const when of ['has(route.target)', '!has(route.target)', "route.target.name == 'cart'"]) {
      expect(ran(rule(when), { manifests: route })).toMatchObject({ found: [], check: { notEvaluated: [{}] } });
    }
    expect(ran(rule('!has(route.target)'), { manifests: route, closed: true }).found).toHaveLength(1);
    expect(ran(rule('has(route.target)'), { manifests: route + virtualService('cart') }).found).toHaveLength(1);
    expect(ran(rule("route.target.name == 'x' || route.name == 'cart'"), { manifests: route }).found).toHaveLength(1);
  });

  it('reads counters as rates a second, and nothing where there was one reading', () => {
    const rule = `id: mine\ntitle: t\neach: clusters\nmessage: '{{ cluster.rates.upstream_rq_total }}/s'
when: cluster.rates.upstream_rq_total > 1.5\n`;
    const envoy = (stats: string) =>
      `{ node: mesh/shop/virtualGateway/edge_shop, clusters: { a: ['10.0.0.1:80'] }, ${stats} }`;
    const twice = ran(rule, {
      envoy: envoy(
        'stats: [{ cluster.a.upstream_rq_total: 0, server.uptime: 1 }, { cluster.a.upstream_rq_total: 120, server.uptime: 61 }]',
      ),
    });
    expect(twice.findings.map(({ message }) => message)).toEqual(['2/s']);
    const once = ran(rule, { envoy: envoy('stats: [{ cluster.a.upstream_rq_total: 120, server.uptime: 61 }]') });
    expect(once).toMatchObject({
      found: [],
      check: { notEvaluated: [{ gap: { missing: expect.stringContaining('rates of') } }] },
    });
  });

  it('finds the counters of a listener by its address, whatever its name', () => {
    const rule = `id: mine\ntitle: t\neach: listeners\nmessage: '{{ listener.name }}'
when: listener.stats.downstream_cx_total > 5.0\n`;
    const { findings } = ran(rule, {
      envoy: `{ node: mesh/shop/virtualGateway/edge_shop, listeners: [{ name: lds_ingress_0.0.0.0_8088 }],
        stats: [{ listener.0.0.0.0_8088.downstream_cx_total: 7 }] }`,
    });
    expect(findings.map(({ message }) => message)).toEqual(['lds_ingress_0.0.0.0_8088']);
  });

  it('is folded, suppressed and given ids as any other', () => {
    const manifests = pod(
      'a',
      {},
      { annotations: { 'meshdoctor.io/ignore': 'mine', 'meshdoctor.io/ignore-reason': 'x' } },
    );
    const rules = [...catalogue.map(({ rule }) => rule), userRule(podRule('true')).rule];
    const { findings } = diagnose(buildModel(snapshotOf({ manifests })), rules);
    expect(findings).toMatchObject([
      { rule: 'mine', suppressed: { reason: 'x' }, id: expect.stringMatching(/^[0-9a-f]{12}$/) },
    ]);
  });
});

describe('a user rule is refused at load', () => {
  it.each([
    ['matches', "pod.name.matches('(a+)+$')", 'matches() is not taken: it backtracks'],
    ['matches inside a macro', "pod.containers.all(c, c.name.matches('a'))", 'write re2(text, pattern)'],
    ['matches as a function', "matches(pod.name, 'a')", 'matches() is not taken'],
    ['a field that is not there', "pod.nmae == 'a'", 'mine.yaml:7:7: when: there is no field nmae, did you mean name?'],
    ['a field inside a list', "pod.containers.exists(c, c.imge == '')", 'there is no field imge, did you mean image?'],
    ['a variable that is not there', "pdo.name == ''", 'there is no variable pdo, did you mean pod?'],
    ['a wrong type', 'pod.name == 1', 'no such overload: string == int'],
    ['no condition', 'pod.name', 'it gives string, and must say true or false'],
    ['a broken expression', 'pod.name ==', 'mine.yaml:7:7: when: '],
    ['a pattern that RE2 does not know', "re2(pod.name, '(?=a)')", 're2: error parsing regexp'],
  ])('%s', (_, when, reason) => {
    expect(faultsOf(podRule(when)).join()).toContain(reason);
  });

  it.each([
    [
      'an id of ours',
      podRule('true').replace('id: mine', 'id: route-shadowed'),
      '1:5: id: there is a rule route-shadowed',
    ],
    [
      'an unknown subject',
      podRule('true').replace('pods', 'pod'),
      '5:7: each: there is nothing called pod, did you mean pods?',
    ],
    ['a message with a wrong field', podRule('true').replace('pod.name', 'pod.nam'), 'message: there is no field nam'],
    ['a message that is not closed', podRule('true').replace(' }}', ''), 'message: {{ and }} do not stand in pairs'],
    ['an unknown name', `${podRule('true')}wen: x\n`, 'unknown name "wen", did you mean when?'],
    ['nothing', '', 'the file takes names and values'],
    ['a lacking name', 'id: mine\n', 'the file lacks when'],
    ['a severity', podRule('true').replace('error', 'fatal'), '3:11: severity takes error, warning, info'],
  ])('%s', (_, yaml, reason) => {
    expect(faultsOf(yaml).join('\n')).toContain(reason);
  });

  it('or taken, never a crash, whatever stands in it', () => {
    const known = ['id', 'each', 'when', 'message', 'tests', 'fix', 'severity', 'evidence', 'explains'];
    const words = fc.constantFrom(
      'pods',
      'mine',
      'true',
      'pod.name',
      'pod.spec.x',
      '(',
      'a && ',
      "re2('a',",
      '{{ pod',
      '}}',
      '1',
    );
    const value = fc.oneof(
      fc.jsonValue(),
      fc.array(words).map((parts) => parts.join('')),
    );
    const rule = fc.dictionary(fc.constantFrom(...known), value);
    const base = { id: 'mine', title: 't', each: 'pods', when: 'true', message: 'm' };
    fc.assert(
      fc.property(
        fc.oneof(
          rule,
          rule.map((more) => ({ ...base, ...more })),
        ),
        fc.string(),
        (settings, text) => {
          faultsOf(stringify(settings));
          faultsOf(text);
          faultsOf(podRule(text));
        },
      ),
      { seed: 2, numRuns: 60 },
    );
  });
});

describe('the budget of a user rule', () => {
  const many = Array.from({ length: 60 }, (_, index) =>
    pod(`p${index}`, { list: Array.from({ length: 100 }, (__, i) => i) }),
  ).join('');
  it.each([
    ['lists of lists of lists', 'pod.spec.list.all(a, pod.spec.list.all(b, pod.spec.list.all(c, a + b + c >= 0)))'],
    [
      'errors that || swallows',
      '(pod.spec.list.all(a, pod.spec.list.all(b, pod.spec.list.all(c, a + b + c >= 0)))) || true',
    ],
    ['a constant in the middle', 'pod.spec.list.all(a, pod.spec.list.all(b, pod.spec.list.all(c, true)))'],
    [
      'lists that grow',
      'size(pod.spec.list.map(a, pod.spec.list + pod.spec.list + pod.spec.list).map(b, b + b + b + b)) < 0',
    ],
    ['lists that double', `cel.bind(a, pod.spec.list, ${doubled(24)}) == []`],
    ['texts that double', `cel.bind(a, pod.name, ${doubled(26)}) == ''`],
    ['comparing great things', 'pod.spec.list.all(a, pod.spec.list.all(b, pod.spec.list == pod.spec.list))'],
    [
      'many searches',
      "pod.spec.list.all(a, pod.spec.list.all(b, !re2('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '(x+x+)+y|[a-z]{1,300}z')))",
    ],
  ])('stops %s, and the other rules go on', (_, when) => {
    const rules = [userRule(podRule(when)).rule, { ...userRule(podRule('true')).rule, id: 'other' }];
    const { checks } = diagnose(buildModel(snapshotOf({ manifests: many })), rules);
    expect(checks[0]?.failed).toContain('stopped: it used its budget of');
    expect(checks[1]).toMatchObject({ failed: null, found: 60 });
  });

  it('is enough for a sentence about every object of a great cluster', () => {
    const pods = Array.from({ length: 2000 }, (_, index) =>
      pod(`p${index}`, { containers: [{ name: 'a', image: 'b' }] }),
    ).join('');
    const when = "pod.containers.exists(c, re2(c.image, '^registry') && c.name != 'x') && !('a' in pod.labels)";
    expect(ran(podRule(when), { manifests: pods }).check).toMatchObject({ failed: null, clear: 2000 });
  });

  it('re2 takes time in proportion to the text, whatever the pattern', () => {
    const text = `${'a'.repeat(20_000)}!`;
    const began = performance.now();
    const manifests = pod('a', {}, { annotations: { x: text } });
    expect(
      podsFound("re2(pod.annotations['x'], '(a+)+$') || re2(pod.annotations['x'], '(a|aa)+$')", manifests),
    ).toEqual([]);
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  it('never hangs or throws on any small expression', () => {
    const atom = fc.constantFrom(
      'pod.spec',
      'pod.name',
      '1',
      "'a'",
      'pod.spec.list',
      'pod.containers',
      'null',
      '[1]',
      "{'a': 1}",
    );
    const expression = fc.letrec<{ one: string }>((tie) => ({
      one: fc.oneof(
        { depthSize: 'small' },
        atom,
        fc
          .tuple(tie('one'), fc.constantFrom('==', '+', '&&', '||', 'in', '<', '-'), tie('one'))
          .map(([a, op, b]) => `(${a} ${op} ${b})`),
        fc
          .tuple(tie('one'), fc.constantFrom('map', 'filter', 'exists', 'all', 'exists_one'), tie('one'))
          .map(([a, f, b]) => `${a}.${f}(x, ${b})`),
        tie('one').map((a) => `dyn(${a})`),
        tie('one').map((a) => `size(${a})`),
      ),
    })).one;
    const manifests = pod('a', { list: [1, 'b', { c: [2] }], containers: [{ name: 'x' }] });
    const model = buildModel(snapshotOf({ manifests }));
    let judged = 0;
    fc.assert(
      fc.property(expression, (text) => {
        const when = `dyn(${text}) == true`;
        if (faultsOf(podRule(when)).length > 0) return;
        judged += 1;
        const { check } = runRule(model, userRule(podRule(when)).rule);
        expect(check.failed === null || check.failed.startsWith('stopped')).toBe(true);
      }),
      { seed: 6, numRuns: 150 },
    );
    expect(judged).toBeGreaterThan(30);
  });
});

/** An expression that doubles `a` so many times. */
function doubled(times: number): string {
  let text = 'a';
  for (let index = 0; index < times; index += 1) text = `cel.bind(a, a + a, ${text})`;
  return text;
}
