import { type MessagePort, parentPort } from 'node:worker_threads';
import { asList, asObject } from '../lib/json.ts';
import { makeEngine } from './engine.ts';
import type { Answer, Call, Engine } from './protocol.ts';

/** The worker's side: one engine, called over the port. */
function serve(port: MessagePort, engine: Engine): void {
  port.on('message', async (call: Call) => {
    const answer = await answerTo(engine, call);
    port.postMessage(answer, heavyParts(answer));
  });
}

/** The bytes of a rescue or of decisions are handed over, not copied. */
function heavyParts(answer: Answer): readonly ArrayBuffer[] {
  const { text, bytes } = answer.ok ? asObject(answer.value) : {};
  return [...asList(text), bytes].flatMap((chunk) =>
    chunk instanceof Uint8Array && chunk.buffer instanceof ArrayBuffer ? [chunk.buffer] : [],
  );
}

async function answerTo(engine: Engine, { id, method, argument }: Call): Promise<Answer> {
  try {
    const run: (argument: never) => Promise<unknown> = engine[method];
    return { id, ok: true, value: await run(argument as never) };
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { id, ok: false, message, stack: stack ?? message };
  }
}

if (parentPort) serve(parentPort, makeEngine());
