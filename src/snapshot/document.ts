import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

/** What a document holds; for an Envoy, which admin page. */
export type DocumentKind =
  | 'manifest'
  | 'kubernetes'
  | 'coverage'
  | 'rescue-copies'
  | 'access_log'
  | 'traffic'
  | 'traces'
  | 'server_info'
  | 'ready'
  | 'listeners'
  | 'config_dump'
  | 'clusters'
  | 'stats'
  | 'certs'
  | 'runtime'
  | 'cloudwatch';

/** Something that was read, after redaction: where, when, and the bytes as far as they are kept. */
export interface Document {
  /** Unique in the snapshot and a legal path in a bundle: `manifests/0-routes.yaml`, `envoy/0/clusters.json`. */
  readonly id: string;
  readonly kind: DocumentKind;
  /** Where it was read, as people typed it: a file's path or a URL. */
  readonly origin: string;
  /** ISO 8601, UTC. */
  readonly readAt: string;
  /** The Envoy it came from, else null. */
  readonly envoy: string | null;
  /** SHA-256 of the redacted bytes, hexadecimal. */
  readonly sha256: string;
  /** Length of the redacted bytes. */
  readonly size: number;
  /** The redacted text, or null where it was dropped after its view was made. */
  readonly text: () => string | null;
}

/** What a document's maker knows of it. */
export type DocumentOrigin = Pick<Document, 'id' | 'kind' | 'origin' | 'readAt' | 'envoy'>;

const gzipAbove = 1 << 20;

/** Made out here: a function made below would keep the text that it does not give. */
const dropped = (): null => null;

/** Makes a document of redacted text; `keep: false` keeps its hash and size alone. */
export function makeDocument(of: DocumentOrigin, redacted: string, keep: boolean): Document {
  const sha256 = sha256Of(redacted);
  const size = Buffer.byteLength(redacted);
  if (!keep) return { ...of, sha256, size, text: dropped };
  if (size <= gzipAbove) return { ...of, sha256, size, text: () => redacted };
  const zipped = gzipSync(redacted, { level: 1 });
  return { ...of, sha256, size, text: () => gunzipSync(zipped).toString('utf8') };
}

/** Makes one that is not kept, of redacted text that never stands there whole. */
export function measureDocument(of: DocumentOrigin, pieces: Iterable<string>): Document {
  const hash = createHash('sha256');
  let size = 0;
  for (const piece of pieces) {
    hash.update(piece);
    size += Buffer.byteLength(piece);
  }
  return { ...of, sha256: hash.digest('hex'), size, text: dropped };
}

/** The SHA-256 of a text, in hexadecimal. */
export function sha256Of(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}
