import type { Action, State } from './state.ts';

/** A key as ink tells of it. */
export interface Key {
  readonly upArrow?: boolean;
  readonly downArrow?: boolean;
  readonly leftArrow?: boolean;
  readonly rightArrow?: boolean;
  readonly pageDown?: boolean;
  readonly pageUp?: boolean;
  readonly return?: boolean;
  readonly escape?: boolean;
  readonly tab?: boolean;
  readonly backspace?: boolean;
  readonly delete?: boolean;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
}

/** What is done outside the state. */
export type Command = 'quit' | 'enter' | 'copy' | 'save' | 'collect' | 'refresh' | 'ask' | 'log' | 'again';

// Backspace and delete as terminals send them.
const takesBack = '\\x08\\x7f';
const pieceOfText = new RegExp(`^(?:[\\r${takesBack}]|[^\\r${takesBack}]+)`);
/** Line ends within a request that is pasted do not enter it. */
const pieceOfRequest = new RegExp(`^(?:[\\r${takesBack}]|(?:(?!\\r+$)[^${takesBack}])+)`);

/** The first of the keys that came at once: they do where a person is quick, or pastes. A line end enters what is typed. */
export function firstKey(input: string, { prompt }: State): string {
  if (!prompt || input.length < 2) return [...input][0] ?? '';
  return (prompt.kind === 'request' ? pieceOfRequest : pieceOfText).exec(input)?.[0] ?? input;
}

/** What a key asks for; null: nothing. */
export function meaningOf(input: string, key: Key, state: State): Action | Command | null {
  if (key.ctrl && input === 'c') return 'quit';
  if (state.prompt) return whileTyping(input, key);
  if (key.return || key.rightArrow) return 'enter';
  if (key.escape || key.leftArrow) return { type: 'back' };
  if (key.tab) return { type: 'next-tab' };
  if (key.upArrow) return { type: 'move', by: -1 };
  if (key.downArrow) return { type: 'move', by: 1 };
  if (key.pageUp || (key.ctrl && input === 'b')) return { type: 'page', by: -1 };
  if (key.pageDown || (key.ctrl && input === 'f') || input === ' ') return { type: 'page', by: 1 };
  if (key.ctrl || key.meta) return null;
  return byLetter(input);
}

function whileTyping(input: string, key: Key): Action | null {
  if (key.return) return { type: 'submit' };
  if (key.escape) return { type: 'cancel' };
  if (key.backspace || key.delete || input === '\b' || input === '\x7f') return { type: 'erase' };
  const plain = !key.ctrl && !key.meta && !key.tab && input !== '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is pasted may hold line ends
  return plain ? { type: 'type', text: input.replace(/[\x00-\x1f\x7f]+/g, ' ') } : null;
}

function byLetter(input: string): Action | Command | null {
  if (/^[1-9]$/.test(input)) return { type: 'fold', part: Number(input) };
  switch (input) {
    case 'q':
      return 'quit';
    case 'j':
      return { type: 'move', by: 1 };
    case 'k':
      return { type: 'move', by: -1 };
    case 'g':
      return { type: 'first' };
    case 'G':
      return { type: 'last' };
    case '?':
      return { type: 'help' };
    case '/':
      return { type: 'prompt', kind: 'filter' };
    case ':':
      return { type: 'prompt', kind: 'jump' };
    case 'e':
      return 'ask';
    case 'l':
      return 'log';
    case '>':
      return { type: 'sort', by: 1 };
    case '<':
      return { type: 'sort', by: -1 };
    case 'o':
      return { type: 'reverse' };
    case 'p':
      return { type: 'pause' };
    case 'r':
      return 'refresh';
    case '.':
      return 'again';
    case 'y':
      return 'copy';
    case 's':
      return 'save';
    case 'c':
      return 'collect';
    default:
      return null;
  }
}
