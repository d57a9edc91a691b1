import { render } from 'ink';
import type { Look } from '../report/terminal/paint.ts';
import { App } from './app.tsx';
import { type Access, startSession } from './session.ts';

const alternateScreen = '\u001b[?1049h\u001b[H';
const restoreScreen = '\u001b[?1049l\u001b[?25h';

/** Runs the terminal UI until a person leaves it; whatever ends it, the terminal is as it was before. */
export async function startUi(access: Access, look: Omit<Look, 'width'>): Promise<void> {
  const { stdout } = process;
  const session = startSession(access);
  const restore = (): void => {
    stdout.write(restoreScreen);
  };
  process.once('exit', restore);
  stdout.write(alternateScreen);
  const app = render(<App session={session} access={access} look={look} />, {
    exitOnCtrlC: false,
  });
  const end = (signal: NodeJS.Signals): void => {
    app.unmount();
    process.exitCode = signal === 'SIGTERM' ? 143 : signal === 'SIGHUP' ? 129 : 130;
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, end);
  try {
    await app.waitUntilExit();
  } finally {
    for (const signal of signals) process.off(signal, end);
    session.close();
    process.off('exit', restore);
    restore();
  }
}
