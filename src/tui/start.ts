import type { Look } from '../report/terminal/paint.ts';
import { drawing, speaking } from './display.ts';
import { type Access, startSession } from './session.ts';
import { measure } from './size.ts';
import { initialState } from './state.ts';

const alternateScreen = '\u001b[?1049h\u001b[H';
const restoreScreen = '\u001b[?1049l\u001b[?25h';

/**
 * Runs the terminal UI until a person leaves it; whatever ends it, the terminal is as it was before. `reader`: it is said in
 * lines of words, for screen readers.
 */
export async function startUi(
  access: Access,
  { reader, ...look }: Omit<Look, 'width'> & { readonly reader: boolean },
): Promise<void> {
  const { stdout, stdin } = process;
  const session = startSession(access);
  const restore = (): void => {
    stdin.setRawMode(false);
    if (!reader) stdout.write(restoreScreen);
  };
  process.once('exit', restore);
  // What is typed from now on is a key: it must not be seen as text.
  stdin.setRawMode(true);
  if (!reader) stdout.write(alternateScreen);
  const write = (text: string): boolean => stdout.write(text);
  const display = reader ? speaking(write) : drawing(write, look);
  display.show(initialState, session.data(), measure(stdout));
  let leave: (() => void) | null = null;
  let ended = false;
  const end = (signal: NodeJS.Signals): void => {
    ended = true;
    leave?.();
    process.exitCode = signal === 'SIGTERM' ? 143 : signal === 'SIGHUP' ? 129 : 130;
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  // Not once: ink ends the process by the signal where nobody else hears it, and then nothing is restored.
  for (const signal of signals) process.on(signal, end);
  try {
    // What hears keys takes longer to load than the first frame may take.
    const { openApp } = await import('./app.tsx');
    const app = openApp({ session, access, look, display });
    leave = app.unmount;
    if (ended) leave();
    await app.waitUntilExit();
  } finally {
    for (const signal of signals) process.off(signal, end);
    session.close();
    process.off('exit', restore);
    restore();
  }
}
