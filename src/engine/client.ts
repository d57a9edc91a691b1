import { Worker } from 'node:worker_threads';
import type { Answer, Call, Engine } from './protocol.ts';

/** An engine in a worker of its own, and the way to end it. */
export interface EngineClient extends Engine {
  readonly close: () => Promise<void>;
}

/**
 * The room for young objects, MiB: `small` keeps the peak low, and a parsed dump is old at once (measured on one of 29 MB);
 * `large` is for work that makes millions of short-lived objects, which then costs a quarter less time.
 */
const youngMiB = { small: 8, large: 96 };

/** Starts the worker. `entry` is the built worker; everything big stays there, only reports and bundles come back. */
export function startEngine(entry: URL, young: keyof typeof youngMiB = 'small'): EngineClient {
  const worker = new Worker(entry, { resourceLimits: { maxYoungGenerationSizeMb: youngMiB[young] } });
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let calls = 0;
  const failAll = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', (answer: Answer) => {
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.ok) call?.resolve(answer.value as never);
    else call?.reject(Object.assign(new Error(answer.message), { stack: answer.stack }));
  });
  worker.on('error', (error) => failAll(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => failAll(new Error(`the engine ended with code ${code}`)));
  const call = <M extends keyof Engine>(
    method: M,
    argument: unknown,
    handedOver: readonly ArrayBuffer[] = [],
  ): ReturnType<Engine[M]> => {
    const id = ++calls;
    const answer = new Promise<never>((resolve, reject) => waiting.set(id, { resolve, reject }));
    worker.postMessage({ id, method, argument } satisfies Call, handedOver);
    return answer as ReturnType<Engine[M]>;
  };
  return {
    collect: (request) => call('collect', request),
    gather: (request) => call('gather', request),
    arrivals: (seen) => call('arrivals', seen),
    takeArrived: () => call('takeArrived', null),
    diagnose: (options) => call('diagnose', options),
    status: () => call('status', null),
    measure: () => call('measure', null),
    countRequests: (options) => call('countRequests', options),
    changed: () => call('changed', null),
    explain: (options) => call('explain', options),
    routes: (asked) => call('routes', asked),
    route: (asked) => call('route', asked),
    decide: (options) => call('decide', options, [options.text.buffer]),
    logs: (options) => call('logs', options),
    follow: (logs) => call('follow', logs),
    traffic: () => call('traffic', null),
    explainClass: (key) => call('explainClass', key),
    rescue: (options) => call('rescue', options),
    testRules: (rules) => call('testRules', rules),
    bundle: () => call('bundle', null),
    close: async () => {
      await worker.terminate();
    },
  };
}
