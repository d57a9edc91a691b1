import { setFlagsFromString } from 'node:v8';

/** In per cent of what is alive, before all of the heap is looked through for what is not. */
const mostGarbage = 20;

/** For what runs for hours or weeks. Set by V8 itself the heap may take four times what is alive, and as long to come back. */
export function holdLittleGarbage(): void {
  setFlagsFromString(`--heap-growing-percent=${mostGarbage}`);
}
