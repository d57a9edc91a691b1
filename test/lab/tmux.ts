import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A program in a real terminal, and a person before it. */
export interface Tmux {
  /** What is on the screen now, without blanks at the ends. */
  readonly screen: () => Promise<string>;
  /** Presses keys by tmux's names (`Enter`, `Tab`, `j`). */
  readonly press: (...keys: readonly string[]) => Promise<void>;
  /** Types text. */
  readonly type: (text: string) => Promise<void>;
  /** The screen, once it has this. */
  readonly until: (what: RegExp) => Promise<string>;
  readonly resize: (columns: number, rows: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts a command in a tmux of its own; when it ends, a shell takes its place, so that what it left behind can be seen. */
export async function startInTmux(
  command: readonly string[],
  columns: number,
  rows: number,
  { env, cwd }: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): Promise<Tmux> {
  const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-tmux-'));
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('tmux', ['-S', join(folder, 'socket'), '-f', '/dev/null', ...args], {
      env: { ...process.env, ...env, TERM: 'xterm-256color' },
    });
    return stdout;
  };
  const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const size = ['-x', String(columns), '-y', String(rows)];
  await tmux('-u', 'new-session', '-d', ...size, '-c', cwd, `${words}; echo ended with $?; exec sh`);
  const screen = async (): Promise<string> => {
    const text = await tmux('capture-pane', '-p');
    return text.replace(/[ \t]+$/gm, '').trimEnd();
  };
  return {
    screen,
    press: async (...keys) => {
      await tmux('send-keys', ...keys);
    },
    type: async (text) => {
      await tmux('send-keys', '-l', text);
    },
    until: async (what) => {
      for (let tries = 0; tries < 300; tries += 1) {
        const text = await screen();
        if (what.test(text)) return text;
        await sleep(100);
      }
      throw new Error(`the screen never had ${what}:\n${await screen()}`);
    },
    resize: async (width, height) => {
      await tmux('resize-window', '-x', String(width), '-y', String(height));
    },
    stop: async () => {
      await tmux('kill-server').catch(() => {});
      await rm(folder, { recursive: true, force: true });
    },
  };
}
