import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html.ts';
import { html, type Markup } from '../../src/report/html/markup.ts';
import { filledWith, incident, reportOf, smallReport, withNote, withRoots } from '../support/reports.ts';

const usual = { all: false, show: new Set<never>() };
const whole = { all: true, show: new Set(['clear', 'not-evaluated', 'standing'] as const) };

/** The tags of a page with the names of their attributes: what a browser would build. */
const tagsOf = (text: string): readonly string[] =>
  (text.replace(/<style>.*?<\/style>/s, '').match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""'));

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onclick='alert(1)",
  '</style><b>',
  '&lt;',
  '<!-- ',
  ']]>',
  '\u0000\u202e\ud800',
  'javascript:alert(1)',
];

describe('the html tag', () => {
  it('escapes quotes wherever an attribute can end', () => {
    const word = '"\'<&>';
    expect(html`<a class="x ${word}" title="${word}"><b>${word}</b><i id="${word}">`.text).toBe(
      '<a class="x &quot;&#39;&lt;&amp;&gt;" title="&quot;&#39;&lt;&amp;&gt;"><b>"\'&lt;&amp;&gt;</b><i id="&quot;&#39;&lt;&amp;&gt;">',
    );
  });

  it('escapes what is put in, and keeps what it wrote itself', () => {
    const inner: Markup = html`<b>${'<i>'}</b>`;
    expect(html`<p title="${'"x"'}">${inner}${3}${[inner]}</p>`.text).toBe(
      '<p title="&quot;x&quot;"><b>&lt;i&gt;</b>3<b>&lt;i&gt;</b></p>',
    );
  });
});

describe('the HTML report', async () => {
  const document = await incident();
  const text = renderHtml(document, usual);
  const small = smallReport(document);

  it('loads nothing and runs nothing', () => {
    expect(text).toContain("default-src 'none'");
    expect(
      tagsOf(text).filter((tag) => /^<(script|link|img|iframe|object|embed|form|base|video|audio)/i.test(tag)),
    ).toEqual([]);
    expect(text).not.toMatch(/\s(on\w+|src|srcset|action)=|url\(|@import/i);
    expect([...text.matchAll(/href="([^"]*)"/g)].filter(([, to]) => !to?.startsWith('#'))).toEqual([]);
  });

  it('has balanced tags, ids that stand once, and links that lead somewhere', () => {
    for (const page of [text, renderHtml(document, whole)]) {
      const open: string[] = [];
      for (const [, close, name = ''] of page
        .replace(/<style>.*?<\/style>/s, '')
        .matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
        if (['meta', 'input'].includes(name)) continue;
        if (close === '') open.push(name);
        else expect(open.pop()).toBe(name);
      }
      expect(open).toEqual([]);
      const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect([...page.matchAll(/href="#([^"]*)"/g)].filter(([, id]) => !ids.includes(id))).toEqual([]);
    }
  });

  it('groups roots, latent, what is worth knowing, standing and suppressed findings, then what was not seen, rules and sources', () => {
    const page = renderHtml(smallReport(document), usual);
    const order = ['roots', 'standing', 'accepted', 'not-seen', 'rules', 'sources'].map((id) =>
      page.indexOf(`<section id="${id}">`),
    );
    expect(order).toEqual([...order].sort((left, right) => left - right));
    expect(order[0]).toBeGreaterThan(0);
    const noted = renderHtml(withNote(document), usual);
    const inIncident = ['roots', 'latent', 'notes', 'standing'].map((id) => noted.indexOf(`<section id="${id}">`));
    expect(inIncident).toEqual([...inIncident].sort((left, right) => left - right));
    expect(inIncident[0]).toBeGreaterThan(0);
  });

  it('draws the way of the request, the fault marked by a word', () => {
    const [way = ''] = /<ol class="way">.*?<\/ol>/s.exec(text) ?? [];
    const stations = [...way.matchAll(/<li[^>]*><small>([^<]*).*?<b>([^<]*)<\/b>/g)].map(
      ([, stage, name]) => `${stage}: ${name}`,
    );
    expect(stations).toEqual([
      'listener: lds_ingress_0.0.0.0_8088',
      'virtual host: self_redirect',
      'route: GatewayRoute shop/payments',
      'VirtualService: shop/payments',
      'VirtualNode: shop/payments',
      'endpoints: 127.20.1.104:9090',
    ]);
    expect(way).toMatch(/class="fault"><small>VirtualNode<span class="mark"> · fault/);
    expect(text).toMatch(/<small>answer<span class="mark"> · fault<\/span><\/small><b>404 NR<\/b>/);
  });

  it('builds the same page whatever the world writes', () => {
    const plain = tagsOf(renderHtml(filledWith(small, 'word'), whole));
    const check = (word: string): void => {
      expect(tagsOf(renderHtml(filledWith(small, word), whole))).toEqual(plain);
    };
    for (const word of hostile) check(word);
    fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), check), { seed: 6, numRuns: 30 });
  });

  it('stays under 1 MB with 500 findings', () => {
    const size = (report: typeof document): number => Buffer.byteLength(renderHtml(withRoots(report, 500), usual));
    expect(size(document)).toBeLessThan(1_000_000);
    // Of one kind too, whichever it is.
    for (const root of document.findings.filter(({ symptomOf }) => symptomOf === null)) {
      expect(`${root.rule} ${size({ ...document, findings: [root] }) < 1_000_000}`).toBe(`${root.rule} true`);
    }
  });
});

describe('planted secrets', () => {
  it('stand in no report', async () => {
    const { renderAll } = await import('../support/reports.ts');
    const fixture = 'test/fixtures/envoy-1.40.0-static';
    const page = (name: string): readonly string[] => [`${fixture}/${name}.json`];
    const saved = {
      configDump: page('config_dump'),
      clusters: page('clusters'),
      listeners: page('listeners'),
      serverInfo: page('server_info'),
      stats: page('stats'),
      certs: page('certs'),
      runtime: [],
    };
    const manifests = 'test/report/canary.yaml';
    const document = await reportOf({ saved, files: [manifests], now: '2026-11-24T12:00:00Z' });
    expect(document.findings.length).toBeGreaterThan(0);
    for (const [format, text] of Object.entries(renderAll(document, true))) {
      expect(`${format}: ${/.{0,40}CANARY-.{0,20}/.exec(text)?.[0] ?? 'none'}`).toBe(`${format}: none`);
    }
  });
});
