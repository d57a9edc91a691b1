import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { manifestHarvest } from '../../../src/collect/manifests/harvest.ts';
import { splitDocuments } from '../../../src/collect/manifests/split.ts';
import { refText } from '../../../src/snapshot/object.ts';

const read = (text: string, closed = false) =>
  manifestHarvest(
    [{ id: 'manifests/0-a.yaml', origin: 'a.yaml', text, reported: true, readAt: '2026-11-24T00:00:00Z' }],
    {
      defaultNamespace: 'shop',
      closed,
      keep: true,
    },
  );
const names = (text: string): readonly string[] => read(text).objects.map(({ ref }) => refText(ref));
const service = (name: string): string => `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\n`;

describe('manifests', () => {
  it('reads many documents, Helm comments, empty ones, BOM and CRLF', () => {
    const text = `\uFEFF# Source: chart/a.yaml\r\n---\r\n${service('a')}---\n# nothing\n---\n${service('b')}...\n---\n`;
    expect(names(text)).toEqual(['Service shop/a', 'Service shop/b']);
  });

  it('reads List kinds and typed lists, in JSON too', () => {
    const item = { metadata: { name: 'a' } };
    expect(names(JSON.stringify({ apiVersion: 'v1', kind: 'ServiceList', items: [item] }))).toEqual(['Service shop/a']);
    expect(
      names(`apiVersion: v1\nkind: List\nitems:\n- ${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...item })}`),
    ).toEqual(['Pod shop/a']);
  });

  it('gives cluster-scoped kinds no namespace', () => {
    for (const kind of ['Mesh', 'Node', 'NodePool', 'NodeClaim', 'MutatingWebhookConfiguration']) {
      expect(names(`apiVersion: x/v1\nkind: ${kind}\nmetadata: { name: m }`)).toEqual([`${kind} m`]);
    }
  });

  it('reports a broken document with its place, and reads the others', () => {
    const harvest = read(`${service('a')}---\nkind: [1,\nb: }\n---\n${service('b')}`, true);
    expect(harvest.objects).toHaveLength(2);
    expect(harvest.gaps.map(({ missing }) => missing)).toEqual([expect.stringMatching(/a\.yaml:[56]:\d+$/)]);
    expect(harvest.sources[0]).toMatchObject({ state: 'partial', trouble: 'part-unreadable' });
    expect(harvest.coverage[0]).toMatchObject({ state: 'partial' });
  });

  it('says what is no Kubernetes object, and which of two is taken', () => {
    const { sources, objects } = read(
      `foo: 1\n---\n${service('a')}---\n${service('a')}  labels: { x: y }\n`.replace(
        'metadata: { name: a }\n  labels',
        'metadata:\n  name: a\n  labels',
      ),
    );
    expect(sources[0]?.detail).toContain('1 document that is no Kubernetes object (a.yaml:1)');
    expect(sources[0]?.detail).toContain('stands twice, a.yaml:3 and a.yaml:7');
    expect(objects).toHaveLength(1);
  });

  it('finds line and column lazily, at the deepest part that exists', () => {
    const { position } = read(`# one\n---\n${service('a')}spec:\n  ports:\n    - port: 80\n`);
    expect(position?.({ document: 'manifests/0-a.yaml', pointer: '/0/spec/ports/0/port' })).toEqual({
      file: 'a.yaml',
      line: 8,
      column: 13,
    });
    expect(position?.({ document: 'manifests/0-a.yaml', pointer: '/0/spec/ports/0/name/x' })?.line).toBe(8);
  });

  it('counts documents as the yaml package does', () => {
    const part = fc.constantFrom('---\n', '...\n', 'a: 1\n', '# c\n', '\n', '--- \n', 'b: |\n  ---\n  x\n');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        const documents = parseAllDocuments(text);
        if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return;
        const full = documents.flatMap((document, index) =>
          document.contents && document.toJS() !== null ? [index] : [],
        );
        expect(splitDocuments(text).map(({ index }) => index)).toEqual(full);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('refuses bombs and deep nesting quickly, and never throws', () => {
    const bomb = Array.from(
      { length: 30 },
      (_, index) => `a${index}: &a${index} [${index > 0 ? `*a${index - 1},`.repeat(9) : 1}]`,
    ).join('\n');
    for (const text of [`kind: x\n${bomb}`, '['.repeat(100_000), `${'- '.repeat(50_000)}x`, '{"a":'.repeat(5000)]) {
      expect(read(text).objects).toEqual([]);
      expect(read(text).sources.some(({ state }) => state !== 'ok')).toBe(true);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(read(`kind: ${text}`).sources.length).toBeGreaterThan(0);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('redaction of manifests', () => {
  const canary = 'CANARY-8f2c';
  const secrets = [
    `apiVersion: v1\nkind: Secret\nmetadata: { name: a }\ndata: { k: ${canary} }\nstringData:\n  p: |\n    ${canary}\n    ${canary}\n  q: "${canary}"\n`,
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { k: ${canary} }\n`,
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{"x":"${canary}"}'\n    my/api-token: ${canary}\nspec:\n  template:\n    spec:\n      containers:\n      - name: app\n        args: ["--password=${canary}", "--db-secret", "${canary}"]\n        env:\n        - { name: DB_PASSWORD, value: ${canary} }\n        - name: URL\n          value: postgres://u:${canary}@db/x\n`,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: { k: canary } }],
    }),
    `apiVersion: v1\nkind: Event\nmetadata: { name: a }\ninvolvedObject: { kind: Pod, name: b }\nmessage: 'Failed to pull: https://user:${canary}@registry.example.com/x: denied'\n`,
    `apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: { name: a }\nwebhooks: [{ name: w, clientConfig: { url: 'https://u:${canary}@hook.example.com/x' } }]\n`,
    `apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: { name: a, annotations: { vendor.example.com/access-key: ${canary} } }\nspec: { template: { spec: { userData: 'curl https://u:${canary}@x' } } }\n`,
    `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nstatus: { containerStatuses: [{ name: c, lastState: { terminated: { message: 'dial redis://:${canary}@db' } } }] }\n`,
    `x: &s ${canary}\napiVersion: v1\nkind: Secret\nmetadata: { name: a }\ndata: { k: *s }\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: { name: a }\ndata: { k: ${canary}\n`,
  ];

  it.each(secrets)('leaves no trace: %#', (text) => {
    const harvest = read(text);
    const written = harvest.documents.map((document) => document.text()).join('');
    expect(written + JSON.stringify([harvest.objects, harvest.gaps, harvest.sources])).not.toContain(canary);
  });

  it('keeps every line where it was', () => {
    for (const text of secrets.slice(0, 4)) {
      const harvest = read(`${text}\n---\n${service('after')}`);
      const before = harvest.position?.({ document: 'manifests/0-a.yaml', pointer: '/1/kind' })?.line;
      const lines = harvest.documents[0]?.text()?.split('\n') ?? [];
      expect(lines[(before ?? 0) - 1]).toBe('kind: Service');
    }
  });

  it('keeps what an Envoy is', () => {
    const env =
      '[{ name: APPMESH_RESOURCE_ARN, value: mesh/shop/virtualGateway/edge_shop }, { name: ENVOY_LOG_LEVEL, value: info }]';
    const harvest = read(
      `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: envoy, env: ${env} }] }`,
    );
    expect(harvest.redactions).toEqual({});
  });
});
