import { aliveGroups } from './alive.ts';
import { frozenGroups } from './frozen.ts';
import { lostGroups } from './lost.ts';
import { securedGroups } from './secured.ts';
import type { Group } from './story.ts';

/** Every story that is captured, by the state of the gateway they share. */
export const groups: readonly Group[] = [...aliveGroups, ...securedGroups, ...frozenGroups, ...lostGroups];
