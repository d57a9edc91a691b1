import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

/** An object of a bucket. */
export interface StoredObject {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A place in S3, for what is kept there whole; everything throws in words for people. */
export interface Bucket {
  readonly all: () => AsyncIterable<StoredObject>;
  readonly get: (name: string) => Promise<Uint8Array>;
  readonly put: (name: string, bytes: Uint8Array) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}

const callMs = 30_000;

/** Opens a bucket, below a prefix that is empty or ends with `/`; region and credentials by the SDK's default chain. */
export function openBucket(Bucket: string, prefix: string): Bucket {
  // The SDK would write a warning about Node 20 to stderr.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  // By the path: names of buckets may hold dots, which no certificate of S3 covers; endpoints of other makers know no hosts.
  const client = new S3Client({ maxAttempts: 4, forcePathStyle: true });
  const within = () => ({ abortSignal: AbortSignal.timeout(callMs) });
  const get = async (name: string): Promise<Uint8Array> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: prefix + name }), within());
    if (!Body) throw new Error(`s3://${Bucket}/${prefix}${name} is empty`);
    return Body.transformToByteArray();
  };
  return {
    get: (name) => told('s3:GetObject', () => get(name)),
    async *all() {
      let ContinuationToken: string | undefined;
      do {
        const asked = { Bucket, Prefix: prefix, Delimiter: '/', ContinuationToken };
        const page = await told('s3:ListBucket', () => client.send(new ListObjectsV2Command(asked), within()));
        for (const { Key = '' } of page.Contents ?? []) {
          const name = Key.slice(prefix.length);
          yield { name, bytes: await told('s3:GetObject', () => get(name)) };
        }
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },
    put: (name, Body) =>
      told('s3:PutObject', async () => {
        await client.send(new PutObjectCommand({ Bucket, Key: prefix + name, Body }), within());
      }),
    remove: (name) =>
      told('s3:DeleteObject', async () => {
        await client.send(new DeleteObjectCommand({ Bucket, Key: prefix + name }), within());
      }),
  };
}

async function told<T>(action: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const [name, said] = error instanceof Error ? [error.name, error.message] : ['', String(error)];
    if (name === 'AccessDenied' || name === 'Forbidden') throw new Error(`not allowed: ${action}`);
    throw new Error(`${action}: ${name === 'Error' ? '' : `${name}: `}${said.split('\n', 1)[0]}`);
  }
}
