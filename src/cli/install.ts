import type { Command } from 'commander';
import { stringify } from 'yaml';
import { clusterRights, ownRights } from '../agent/rights.ts';
import { version } from '../lib/version.ts';
import { costLines } from '../export/cost.ts';
import { manifestsOf } from '../install/manifests.ts';
import { type AgentFlags, nameless, nodeLogsFolder, rescuePlace, usualProxyPort } from './agent-options.ts';
import { Failure } from './failure.ts';
import { writeOut } from './report-options.ts';

/** The flags of `install` beside those of the agent. */
export interface InstallFlags extends AgentFlags {
  readonly namespace: string;
  readonly image?: string;
  readonly roleArn?: string;
  readonly rescueClaim?: string;
  readonly output: 'yaml' | 'iam';
}

/** `meshdoctor install`: prints the manifests of the agent, or the IAM policy it needs. Nothing is changed anywhere. */
export async function install(flags: InstallFlags, command: Command): Promise<void> {
  if (flags.listen.port === 0) throw new Failure('--listen needs a port in manifests: probes look for it', 2);
  if (flags.output === 'iam') return writeOut(`${JSON.stringify(policyOf(flags), null, 2)}\n`);
  const place = rescuePlace(flags);
  if (flags.rescueClaim !== undefined && place?.kind !== 'folder')
    throw new Failure('--rescue-claim is for copies in a folder: give --rescue-copies FOLDER with it', 2);
  if (flags.cloudwatch !== 'off' && flags.cluster === undefined) throw new Failure(nameless, 2);
  const nodeLogs = nodeLogsFolder(flags);
  const spool = flags.spool ?? (flags.cloudwatch === 'put' ? usualSpool : null);
  const asked = { ...flags, logs: flags.logs && nodeLogs === null, rescue: place };
  const manifests = manifestsOf({
    mode: flags.mode,
    namespace: flags.namespace,
    image: flags.image ?? `meshdoctor:${version}`,
    args: [...argsOf(command), ...(spool === null || flags.spool === spool ? [] : ['--spool', spool])],
    port: flags.listen.port,
    adminProxyPort: flags.adminProxy === 'off' ? null : (flags.adminProxy ?? usualProxyPort),
    rights: clusterRights(asked),
    ownRights: ownRights(asked),
    roleArn: flags.roleArn ?? null,
    claim: flags.rescueClaim ?? null,
    folders: spool === null ? [] : [spool],
    nodeLogs,
    rescueFolder: place?.kind === 'folder' ? place.path : null,
  });
  const head = headOf(flags)
    .map((line) => `# ${line}\n`)
    .join('');
  await writeOut(`${head}${manifests.map((one) => stringify(one, { lineWidth: 0 })).join('---\n')}`);
}

function headOf(flags: InstallFlags): readonly string[] {
  const place = rescuePlace(flags);
  const policy = JSON.stringify(policyOf(flags), null, 2).split('\n');
  return [
    `The agent of meshdoctor ${version}. Apply it with: kubectl apply --server-side -f -`,
    `It lists and watches objects, reads the Envoys of gateways${flags.logs ? ', follows their logs' : ''}, and writes its Lease${flags.events ? ' and Events' : ''}.`,
    place?.kind === 'config-maps'
      ? 'Secrets are not read, and of ConfigMaps those of its own namespace alone: rescue copies lie there. Who may read them knows the whole configuration of gateways.'
      : 'Neither Secrets nor ConfigMaps are read.',
    ...(flags.nodeLogs === undefined
      ? []
      : [
          `--node-logs: its pods run as root and read ${nodeLogsFolder(flags)} of their nodes, where the logs of every pod lie; pod security`,
          'of its namespace is privileged for that. Without it logs are asked of the API server, for gateway pods alone.',
        ]),
    ...(flags.image === undefined
      ? ['The image is named as the Dockerfile of the repository makes it: give yours with --image.']
      : []),
    ...(place?.kind === 'folder' && flags.rescueClaim === undefined
      ? ['Rescue copies end with the pod of the leader: give a claim that all its pods can mount (--rescue-claim).']
      : []),
    ...(flags.cloudwatch === 'put' || place?.kind === 'bucket'
      ? ['AWS: its ServiceAccount needs this policy, by IRSA (--role-arn) or Pod Identity:', ...policy]
      : []),
    ...(flags.cloudwatch === 'off'
      ? []
      : [
          'What it costs a month for one gateway of 50 routes (for yours: meshdoctor agent --cost):',
          ...costLines({ gateways: 1, routes: 50, maxSeries: flags.maxSeries, put: flags.cloudwatch === 'put' }),
        ]),
  ];
}

function policyOf(flags: InstallFlags): unknown {
  const place = rescuePlace(flags);
  const put = {
    Effect: 'Allow',
    Action: 'cloudwatch:PutMetricData',
    Resource: '*',
    Condition: { StringEquals: { 'cloudwatch:namespace': 'meshdoctor' } },
  };
  return {
    Version: '2012-10-17',
    Statement: [
      ...(flags.cloudwatch === 'put' ? [put] : []),
      ...(place?.kind === 'bucket' ? bucketStatements(place) : []),
    ],
  };
}

function bucketStatements({
  bucket,
  prefix,
}: {
  readonly bucket: string;
  readonly prefix: string;
}): readonly unknown[] {
  const arn = `arn:aws:s3:::${bucket}`;
  const below = prefix === '' ? {} : { Condition: { StringEquals: { 's3:prefix': prefix } } };
  return [
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: arn, ...below },
    { Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'], Resource: `${arn}/${prefix}*` },
  ];
}

/** Nothing else of a pod can be written: an outage of CloudWatch would lose what is older than ten minutes. */
const usualSpool = '/var/spool/meshdoctor';

/** What stands in the pod alone, or in another place of the manifests. */
const notArgs: ReadonlySet<string> = new Set([
  'mode',
  'namespace',
  'image',
  'roleArn',
  'rescueClaim',
  'output',
  'config',
  'listen',
]);

/** The flags that were given, as the agent takes them. */
function argsOf(command: Command): readonly string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    const value: unknown = command.getOptionValue(name);
    const source = command.getOptionValueSource(name);
    const flag = option.long ?? '';
    if (name === 'listen') return source === 'default' ? [] : [flag, `:${listenPort(value)}`];
    if (notArgs.has(name) || source === 'default' || source === undefined) return [];
    if (Array.isArray(value)) return value.flatMap((one) => [flag, String(one)]);
    if (typeof value === 'boolean') return value !== option.negate ? [flag] : [];
    return [flag, isTime(name) ? `${value}ms` : String(value)];
  });
}

function isTime(name: string): boolean {
  return name === 'interval' || name === 'maxCall';
}

function listenPort(value: unknown): number {
  return typeof value === 'object' && value !== null && 'port' in value ? Number(value.port) : 0;
}
