/** Where rescue copies are kept. */
export type CopyPlace =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'config-maps' }
  | { readonly kind: 'bucket'; readonly bucket: string; readonly prefix: string };

/** Reads a folder's path, `s3://BUCKET/PREFIX` or `configmap`; a line that says what is wrong where it is none of them. */
export function copyPlaceOf(text: string): CopyPlace | string {
  if (text === 'configmap') return { kind: 'config-maps' };
  if (!text.startsWith('s3:')) return text === '' ? 'a place is needed' : { kind: 'folder', path: text };
  const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text) ?? [];
  if (bucket === undefined) return `${text}: a bucket is s3://BUCKET or s3://BUCKET/PREFIX`;
  const prefix = path.replace(/^\/+|\/+$/g, '');
  return { kind: 'bucket', bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}

/** A place beside the folder that copies are read from: it outlives the pod. Everything throws in words for people. */
export interface CopyStore {
  /** Every copy that is there, by its file name. */
  readonly all: () => AsyncIterable<{ readonly name: string; readonly bytes: Uint8Array }>;
  readonly get: (name: string) => Promise<Uint8Array>;
  readonly put: (name: string, bytes: Uint8Array) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}
