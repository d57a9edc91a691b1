import { asList, asObject, asText, isObject, type JsonObject } from '../lib/json.ts';
import { readAddress } from '../snapshot/envoy/address.ts';
import { redacted } from '../snapshot/redact.ts';
import { addressesIn } from './endpoints.ts';
import { type CertificateFacts, certificateFacts } from './certificate.ts';
import { editObjects, without } from './edit.ts';
import { type Ledger, modernize, refuse } from './modernize.ts';
import type { RescueSource } from './source.ts';

/** Something secret that Envoy never tells, and that the person who rescues must supply as a file. */
export interface Fill {
  /** The file the bootstrap names. */
  readonly path: string;
  /** The file's name alone: the key of it in a Kubernetes Secret. */
  readonly file: string;
  /** `private key`, `password` … */
  readonly what: string;
  /** `secret edge-cert`, `listener lds_ingress_0.0.0.0_8443`. */
  readonly of: string;
  readonly certificate: CertificateFacts | null;
}

/** Where the files that a person supplies are looked for. */
export const keyFolder = '/etc/meshdoctor-rescue/keys';

/** What Envoy writes in the place of a secret's bytes. */
const redactedBytes = Buffer.from(redacted).toString('base64');

/** Turns secrets that came from a control plane into static ones: gives the names that are used. */
export function localSecrets<T>(value: T, where: string, source: RescueSource, used: Set<string>, ledger: Ledger): T {
  return editObjects(value, (object) => {
    const name = object.name;
    if (typeof name !== 'string' || !('sds_config' in object)) return object;
    if (isObject(object.sds_config) && isLocal(object.sds_config, source)) return object;
    if (!source.secrets.has(name)) {
      refuse(
        ledger,
        `secret ${name} of ${where}`,
        'the dump does not hold it: it never came, or secrets were not read',
        'save /config_dump?include_eds whole, from an Envoy that serves TLS on that listener',
      );
    }
    used.add(name);
    return without(object, 'sds_config');
  });
}

/** A source of secrets that lives on with its node: files, or a server at a socket of this machine (SPIRE). */
function isLocal(config: JsonObject, source: RescueSource): boolean {
  if (typeof config.path === 'string' || isObject(config.path_config_source)) return true;
  const api = asObject(config.api_config_source);
  const names = [
    ...asList(api.grpc_services).map((service) => asText(asObject(asObject(service).envoy_grpc).cluster_name)),
    ...asList(api.cluster_names).map(asText),
  ];
  const addresses = names.flatMap((name) => {
    const cluster = source.clusters.find((one) => one.name === name);
    return cluster ? addressesIn(cluster.load_assignment) : [{ host: '', port: 1 }];
  });
  return addresses.length > 0 && addresses.every(({ port }) => port === 0);
}

/** The secrets of a bootstrap: those that are used, and the static ones, without `@type`. */
export function staticSecrets(source: RescueSource, used: ReadonlySet<string>, ledger: Ledger): readonly JsonObject[] {
  const stat = asList(asObject(source.bootstrap.static_resources).secrets).map(asObject);
  const names = new Set([...used, ...stat.flatMap(({ name }) => asText(name) ?? [])]);
  return [...names].flatMap((name) => {
    const secret = source.secrets.get(name) ?? stat.find((one) => one.name === name);
    return secret ? [modernize(without(secret, '@type'), `secret ${name}`, ledger)] : [];
  });
}

/** Puts a reference to a file in the place of each value that Envoy hid; `of` names what it belongs to. */
export function referKeys<T>(value: T, of: string, fills: Fill[], ledger: Ledger): T {
  return editObjects(value, (object, key) => {
    let copy: Record<string, unknown> | null = null;
    for (const [name, held] of Object.entries(object)) {
      if (!isHiddenSource(held)) continue;
      copy ??= { ...object };
      if (name === 'password') {
        ledger.gaps.add(`the password of a key of ${of} is not known: supply that key without one`);
        delete copy[name];
        continue;
      }
      copy[name] = { filename: addFill(name, of, object, fills) };
    }
    if (key === 'session_ticket_keys' && asList(object.keys).some(isHiddenSource)) {
      ledger.gaps.add(`TLS session ticket keys of ${of} are not known: Envoy makes its own, sessions start anew`);
      return {};
    }
    return copy ?? object;
  });
}

function addFill(member: string, of: string, beside: JsonObject, fills: Fill[]): string {
  const base = `${of.replace(/^\S+ /, '')}-${member}`.replaceAll(/[^A-Za-z0-9.-]+/g, '-').replace(/-private-key$/, '');
  let file = `${base}.key`;
  for (let number = 2; fills.some((fill) => fill.file === file); number += 1) file = `${base}-${number}.key`;
  const path = `${keyFolder}/${file}`;
  const certificate = member === 'private_key' ? certificateFacts(beside.certificate_chain) : null;
  fills.push({ path, file, what: member.replaceAll('_', ' '), of, certificate });
  return path;
}

/** A DataSource that Envoy, or a bundle, has hidden. */
function isHiddenSource(value: unknown): value is JsonObject {
  if (!isObject(value)) return false;
  const { inline_string, inline_bytes, filename, environment_variable } = value;
  return (
    inline_bytes === redactedBytes || [inline_string, inline_bytes, filename, environment_variable].includes(redacted)
  );
}

/** Every hidden value that is left, by the names above it: what stands there is not known, so nothing can be right. */
export function refuseHidden(bootstrap: JsonObject, ledger: Ledger): void {
  const path: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value !== redactedBytes && !value.includes(redacted)) return;
      const where = path.filter((part) => !/^\d+$/.test(part)).slice(-4);
      refuse(
        ledger,
        `the value of ${where.join('.')}`,
        'it was hidden when it was read',
        'collect the gateway with --for-rescue, which keeps the configuration whole',
      );
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [name, held] of Object.entries(value)) {
      path.push(name);
      visit(held);
      path.pop();
    }
  };
  visit(bootstrap);
}

const fileMembers: ReadonlySet<string> = new Set(['filename', 'path', 'event_log_path']);

/**
 * The files and sockets that must be where the bootstrap runs: certificates, logs, agents; without those to be
 * supplied.
 */
export function neededFiles(bootstrap: JsonObject): readonly string[] {
  const files = new Set<string>();
  editObjects(bootstrap, (object) => {
    for (const member of fileMembers) {
      const value = object[member];
      if (typeof value === 'string' && isFile(value, object, member)) files.add(value);
    }
    const pipe = readAddress(object);
    if (pipe?.port === 0 && pipe.host.startsWith('/')) files.add(pipe.host);
    return object;
  });
  return [...files].filter((file) => !file.startsWith(`${keyFolder}/`)).sort();
}

/**
 * `path` also names the path of a route or a health check; a file's stands in an access log, a pipe or a file source.
 */
function isFile(value: string, { '@type': type, prefix, http_service }: JsonObject, member: string): boolean {
  if (!value.startsWith('/') || value.startsWith('/dev/std')) return false;
  if (member !== 'path') return true;
  return prefix === undefined && http_service === undefined && (asText(type) ?? '').includes('access_loggers');
}
