import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll } from 'vitest';
import { type AwsServer, startCloudWatch } from './server.ts';

/** A CloudWatch for the tests that stand beside the call, found by the SDK; gives its client, which is there once they run. */
export function cloudWatchForTests(): () => CloudWatchClient {
  let server: AwsServer | undefined;
  let client: CloudWatchClient | undefined;
  beforeAll(async () => {
    server = await startCloudWatch();
    Object.assign(process.env, server.environment);
    client = new CloudWatchClient({});
  }, 600_000);
  afterAll(async () => {
    client?.destroy();
    await server?.stop();
  });
  return () => {
    if (!client) throw new Error('the CloudWatch of these tests has not started');
    return client;
  };
}
