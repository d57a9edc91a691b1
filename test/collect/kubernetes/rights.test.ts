import { afterEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { checkRights } from '../../../src/collect/kubernetes/check-rights.ts';
import { type Cluster, openCluster } from '../../../src/collect/kubernetes/cluster.ts';
import { listedKinds } from '../../../src/collect/kubernetes/kinds.ts';
import { awsRights, rights, rightsOf } from '../../../src/collect/kubernetes/rights.ts';
import { asList, asObject } from '../../../src/lib/json.ts';
import { rightName, rightsTable, rightsYaml } from '../../../src/report/rights.ts';
import { type FakeApiServer, type Fault, sendStatus, startFakeApiServer } from '../../support/api-server.ts';

let server: FakeApiServer | null = null;
let cluster: Cluster | null = null;
afterEach(async () => {
  cluster?.close();
  await server?.close();
});

const rolesOf = (text: string) => parseAllDocuments(text).map((document) => asObject(document.toJS()));
const rulesOf = (role: unknown) =>
  asList(asObject(role).rules).map((rule) => {
    const { apiGroups, resources, verbs } = asObject(rule);
    return `${asList(verbs).join()} ${asList(resources).join()} ${asList(apiGroups).join()}`;
  });

describe('the table of rights', () => {
  it('names every kind that is listed, writes nothing, and leaves Secrets and ConfigMaps alone', () => {
    for (const { resource, group } of listedKinds) {
      expect(rights.find((right) => right.resource === resource && right.group === group)?.verbs).toEqual(['list']);
    }
    const writing = rights.filter(
      ({ verbs, resource }) =>
        verbs.some((verb) => verb !== 'get' && verb !== 'list') && resource !== 'pods/portforward',
    );
    expect(writing).toEqual([]);
    expect(rights.filter(({ resource }) => /secret|configmap/.test(resource))).toEqual([]);
  });

  it('tells a verb only what it needs', () => {
    expect(rightsOf('status').map(rightName)).not.toContain('pods/log');
    expect(rightsOf('logs').map(rightName)).toContain('pods/log');
  });

  it('is a ClusterRole that can be applied, with every right once', () => {
    const [role, ...others] = rolesOf(rightsYaml(rights, awsRights, null));
    expect(others).toEqual([]);
    expect(role).toMatchObject({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' });
    const all = rights.map(({ verbs, resource, group }) => `${verbs.join()} ${resource} ${group}`);
    expect(rulesOf(role)).toEqual(all);
  });

  it('is a Role of one namespace beside what lies in none', () => {
    const [wide, role] = rolesOf(rightsYaml(rights, [], 'shop'));
    expect(role).toMatchObject({ kind: 'Role', metadata: { namespace: 'shop' } });
    expect(rulesOf(wide)).toContain('list nodes ');
    expect(rulesOf(wide)).not.toContain('list pods ');
    expect(rulesOf(role)).toContain('list pods ');
    expect(rulesOf(wide).length + rulesOf(role).length).toBe(rights.length);
  });

  it('says for people what each line is for and what is lost', () => {
    const text = rightsTable(rights, awsRights);
    expect(text).toContain('list gatewayroutes.appmesh.k8s.aws');
    expect(text.split('without it:')).toHaveLength(rights.length + awsRights.length + 1);
    expect(text).toContain('cloudwatch:GetMetricData');
  });
});

describe('checking rights', () => {
  /** Everything but nodes; events in namespaces only. */
  const reviews: Fault = (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const { resource, namespace } = asObject(asObject(asObject(JSON.parse(body)).spec).resourceAttributes);
      const allowed = resource !== 'nodes' && (resource !== 'events' || namespace === 'shop');
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: { allowed } }));
    });
    return true;
  };

  async function check(fault: Fault) {
    server = await startFakeApiServer([], { 'selfsubjectaccessreviews.authorization.k8s.io': fault });
    const opened = await openCluster({
      kubeconfig: server.kubeconfig,
      context: null,
      as: null,
      requestTimeoutMs: 1000,
      signal: AbortSignal.timeout(10_000),
    });
    if (typeof opened === 'string') throw new Error(opened);
    cluster = opened;
    const checked = await checkRights(opened, rightsOf('diagnose'), 'shop');
    return (name: string) => checked.find(({ right }) => rightName(right) === name)?.granted;
  }

  it('tells what is given, what only in the namespace, and what is not', async () => {
    const granted = await check(reviews);
    expect(granted('pods')).toBe('yes');
    expect(granted('events')).toBe('namespace');
    expect(granted('nodes')).toBe('no');
    expect(granted('pods/portforward')).toBe('yes');
  });

  it('does not take a server in trouble for a refusal', async () => {
    const broken: Fault = (_, response) => {
      sendStatus(response, 500, 'no');
      return true;
    };
    expect((await check(broken))('pods')).toEqual({ unknown: 'the API server answered 500' });
  });
});
