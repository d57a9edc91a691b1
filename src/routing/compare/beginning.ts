import type { Condition } from '../space/field.ts';

/** What the paths of a region begin with, to the letter; `whole`: there is only this path. */
export function beginningOf(conditions: readonly Condition[]): { readonly text: string; readonly whole: boolean } {
  let best = { text: '', whole: false };
  for (const { field, language, wanted } of conditions) {
    if (field.key !== 'path' || !wanted || !language?.shape) continue;
    const { value, kind } = language.shape;
    if (value.length >= best.text.length) best = { text: value, whole: kind === 'exact' };
  }
  return best;
}
