/** What is on a screen. */
export type Screen =
  | { readonly name: 'gateways' | 'findings' | 'logs' | 'explain' | 'changes' | 'sources' | 'help' }
  | { readonly name: 'routes'; readonly gateway: string }
  | { readonly name: 'route'; readonly gateway: string; readonly key: string }
  | { readonly name: 'finding'; readonly id: string }
  | { readonly name: 'class'; readonly key: string };

/** A screen and where a person stands on it. */
export interface View {
  readonly screen: Screen;
  /** Of the rows that are shown, or the first line of a page. */
  readonly selected: number;
  /** The row that was chosen, which moves where rows change; null: whatever is first, or none was. */
  readonly key: string | null;
  readonly filter: string;
  /** Parts of a page that are not as they were at first: shown that were folded. Counted from 1. */
  readonly turned: readonly number[];
  /** The column rows are sorted by; null: as they come. */
  readonly sort: { readonly column: number; readonly reverse: boolean } | null;
}

/** A line a person types at the foot of the screen. */
export interface Prompt {
  readonly kind: 'filter' | 'jump' | 'request';
  readonly text: string;
}

/** Where a person is; what was read stands apart (`data.ts`). */
export interface State {
  /** The way here; the last one is seen. */
  readonly views: readonly [View, ...View[]];
  readonly prompt: Prompt | null;
  /** A word on what was just done; gone at the next key. */
  readonly notice: string | null;
  readonly paused: boolean;
  /** What the explain screen asks. */
  readonly request: string;
}

/** What a person asks for by a key. */
export type Action =
  | { readonly type: 'move'; readonly by: number }
  | { readonly type: 'page'; readonly by: number }
  | { readonly type: 'first' | 'last' | 'back' | 'next-tab' | 'pause' | 'help' | 'reverse' | 'erase' | 'cancel' }
  | { readonly type: 'open'; readonly screen: Screen; readonly filter?: string }
  /** To type a request: this one, or the one that was asked last. */
  | { readonly type: 'ask'; readonly request: string | null }
  | { readonly type: 'sort'; readonly by: number }
  /** Shows a part of a page, or folds it. */
  | { readonly type: 'fold'; readonly part: number }
  | { readonly type: 'prompt'; readonly kind: 'filter' | 'jump' }
  | { readonly type: 'type'; readonly text: string }
  | { readonly type: 'submit' }
  | { readonly type: 'notice'; readonly text: string };

/** What of the screen a step hangs on. */
export interface Extent {
  /** Rows that are shown, or lines of a page. */
  readonly count: number;
  /** How many of them fit. */
  readonly page: number;
  readonly columns: number;
  /** The key of a row; null: there is none. */
  readonly keyAt: (row: number) => string | null;
  /** Where the view stands now. */
  readonly standsAt: (view: View) => number;
}

/** The screens that `tab` goes through, and `:` jumps to. */
export const tabs = ['gateways', 'findings', 'logs', 'explain', 'changes', 'sources'] as const;

/** The first row, whichever it is. */
const top = { selected: 0, key: null };

/** Where a person begins. */
export const initialState: State = {
  views: [viewOf({ name: 'gateways' })],
  prompt: null,
  notice: null,
  paused: false,
  request: '',
};

/** The screen that is seen. */
export function current({ views }: State): View {
  return views.at(-1) ?? views[0];
}

/** The state after a step. */
export function reduce(state: State, action: Action, extent: Extent): State {
  const quiet = state.notice === null ? state : { ...state, notice: null };
  switch (action.type) {
    case 'move':
      return select(quiet, extent.standsAt(current(state)) + action.by, extent);
    case 'page':
      return select(quiet, extent.standsAt(current(state)) + action.by * Math.max(1, extent.page - 1), extent);
    case 'first':
      return select(quiet, 0, extent);
    case 'last':
      return select(quiet, extent.count - 1, extent);
    case 'open':
      return open(quiet, action.screen, action.filter);
    case 'ask':
      return ask(quiet, action.request);
    case 'back':
      return back(quiet);
    case 'next-tab':
      return { ...quiet, views: [viewOf({ name: nextTab(state.views[0].screen) })] };
    case 'help':
      return current(state).screen.name === 'help' ? back(quiet) : open(quiet, { name: 'help' });
    case 'pause':
      return { ...quiet, paused: !state.paused };
    case 'sort':
      return change(quiet, { sort: sortedBy(current(state).sort, action.by, extent.columns), ...top });
    case 'fold':
      return change(quiet, { turned: toggled(current(state).turned, action.part) });
    case 'reverse': {
      const { sort } = current(state);
      return change(quiet, { sort: { column: sort?.column ?? 0, reverse: !(sort?.reverse ?? false) }, ...top });
    }
    case 'prompt':
      return { ...quiet, prompt: { kind: action.kind, text: startOf(state, action.kind) } };
    case 'type':
      return typed(quiet, (text) => text + action.text);
    case 'erase':
      return typed(quiet, (text) => [...text].slice(0, -1).join(''));
    case 'cancel':
      return state.prompt?.kind === 'filter'
        ? change({ ...quiet, prompt: null }, { filter: '' })
        : { ...quiet, prompt: null };
    case 'submit':
      return submit(quiet);
    case 'notice':
      return { ...state, notice: action.text };
  }
}

function viewOf(screen: Screen): View {
  return { screen, ...top, filter: '', sort: null, turned: [] };
}

function open(state: State, screen: Screen, filter = ''): State {
  const isTab = tabs.some((name) => name === screen.name);
  const view = { ...viewOf(screen), filter };
  // What is opened by a filter of its own lies behind the screen it was asked from.
  return { ...state, views: isTab && filter === '' ? [view] : [...state.views, view] };
}

/** The explain screen, with the request to be typed or edited. */
function ask(state: State, request: string | null): State {
  const opened = current(state).screen.name === 'explain' ? state : open(state, { name: 'explain' });
  const text = request ?? state.request;
  return { ...opened, request: text, prompt: { kind: 'request', text } };
}

/** The request that the explain screen answers: the one that is being typed, else the one that was entered. */
export function askedRequest({ prompt, request }: State): string {
  return prompt?.kind === 'request' ? prompt.text.trim() : request;
}

/** Out of a screen; where there is nothing behind it, out of its filter. */
function back(state: State): State {
  if (current(state).filter !== '') return change(state, { filter: '', ...top });
  const [first, ...rest] = state.views;
  return rest.length === 0 ? state : { ...state, views: [first, ...rest.slice(0, -1)] };
}

function change(state: State, to: Partial<View>): State {
  const [first, ...rest] = state.views;
  const view = { ...current(state), ...to };
  return { ...state, views: rest.length === 0 ? [view] : [first, ...rest.slice(0, -1), view] };
}

function select(state: State, wanted: number, { count, keyAt }: Extent): State {
  const selected = Math.max(0, Math.min(wanted, count - 1));
  return change(state, { selected, key: selected === 0 ? null : keyAt(selected) });
}

function nextTab({ name }: Screen): (typeof tabs)[number] {
  const names: readonly string[] = tabs;
  const at = names.indexOf(name);
  return tabs[(at + 1) % tabs.length] ?? 'gateways';
}

/** One column on or back; before the first and behind the last lies the order in which rows come. */
function sortedBy(sort: View['sort'], by: number, columns: number): View['sort'] {
  const places = columns + 1;
  const at = sort ? sort.column + 1 : 0;
  const next = (at + by + places) % places;
  return next === 0 ? null : { column: next - 1, reverse: sort?.reverse ?? false };
}

function toggled(parts: readonly number[], part: number): readonly number[] {
  return parts.includes(part) ? parts.filter((one) => one !== part) : [...parts, part];
}

function startOf(state: State, kind: 'filter' | 'jump'): string {
  return kind === 'filter' ? current(state).filter : '';
}

function typed(state: State, edit: (text: string) => string): State {
  if (!state.prompt) return state;
  const prompt = { ...state.prompt, text: edit(state.prompt.text) };
  // A filter is seen while it is typed.
  return prompt.kind === 'filter'
    ? change({ ...state, prompt }, { filter: prompt.text, ...top })
    : { ...state, prompt };
}

function submit(state: State): State {
  const { prompt } = state;
  if (!prompt) return state;
  const closed = { ...state, prompt: null };
  if (prompt.kind === 'request') return change({ ...closed, request: prompt.text.trim() }, top);
  if (prompt.kind === 'filter') return closed;
  const wanted = prompt.text.trim().toLowerCase();
  const tab = tabs.find((name) => wanted !== '' && name.startsWith(wanted));
  if (tab) return open(closed, { name: tab });
  return { ...closed, notice: `there is no screen "${prompt.text.trim()}"; there are ${tabs.join(', ')}` };
}
