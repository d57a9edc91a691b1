import type { Look } from '../report/terminal/paint.ts';
import type { Data } from './data.ts';
import { frame } from './frame.ts';
import { Painter } from './painter.ts';
import type { Size } from './size.ts';
import { Speaker } from './speaker.ts';
import { speechOf } from './speech.ts';
import type { State } from './state.ts';

/** Puts out what is to be seen or heard. */
export interface Display {
  readonly show: (state: State, data: Data, size: Size) => void;
  /** Says all of it once more; absent where it can be seen. */
  readonly again?: () => void;
}

/** Draws frames. */
export function drawing(write: (text: string) => void, look: Omit<Look, 'width'>): Display {
  const painter = new Painter(write);
  return {
    show: (state, data, size) => painter.paint(frame(state, data, { ...look, width: size.columns }, size.rows), size),
  };
}

/** Says screens in words. */
export function speaking(write: (text: string) => void): Display {
  const speaker = new Speaker(write);
  let last: Parameters<Display['show']> | null = null;
  const say = ([state, data, { columns, rows }]: Parameters<Display['show']>, whole: boolean): void =>
    speaker.say(speechOf(state, data, { color: false, ascii: true, width: columns }, rows), whole);
  return {
    show: (...shown) => {
      last = shown;
      say(shown, false);
    },
    again: () => last && say(last, true),
  };
}
