import { type Instance, render, useApp, useInput, useStdout } from 'ink';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'react';
import type { Look } from '../report/terminal/paint.ts';
import { copiedFrom } from './copied.ts';
import type { Display } from './display.ts';
import { extentOf, standingOn } from './frame.ts';
import { type Command, firstKey, meaningOf } from './keys.ts';
import type { Data } from './data.ts';
import { witnessOf } from './screens/findings.ts';
import { classRequest } from './screens/logs.ts';
import { routeWords } from './screens/routes.ts';
import type { Access, Session } from './session.ts';
import { measure, type Size } from './size.ts';
import { type Action, askedRequest, current, initialState, reduce, type Screen, type State } from './state.ts';

/** What the terminal UI is made of. */
interface AppProps {
  readonly session: Session;
  readonly access: Access;
  readonly look: Omit<Look, 'width'>;
  readonly display: Display;
}

/** Hears the keys of this terminal, and draws what they lead to. */
export function openApp(props: AppProps): Pick<Instance, 'unmount' | 'waitUntilExit'> {
  return render(<App {...props} />, { exitOnCtrlC: false });
}

/** The terminal UI: ink hears keys and sizes, the display puts out what they lead to. */
export function App({ session, access, look, display }: AppProps): null {
  const { exit } = useApp();
  const { stdout } = useStdout();
  const size = useSize();
  const state = useRef(initialState);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => session.listen(redraw), [session]);
  const full: Look = { ...look, width: size.columns };
  const apply = (action: Action): void => {
    state.current = reduce(state.current, action, extentOf(state.current, session.data(), full, size.rows));
    follow(state.current, session);
    redraw();
  };
  const say = (work: Promise<string>): void => {
    const tell = (text: string): void => apply({ type: 'notice', text });
    work.then(tell, (error: unknown) => tell(error instanceof Error ? error.message : String(error)));
  };
  const run = (command: Command): void => {
    if (command === 'quit') exit();
    else if (command === 'refresh') session.refresh();
    else if (command === 'again') display.again?.();
    else if (command === 'save') say(access.save());
    else if (command === 'collect') say(access.bundle());
    else if (command === 'ask') apply({ type: 'ask', request: requestOf(state.current, session.data()) });
    else if (command === 'log')
      apply({ type: 'open', screen: { name: 'logs' }, filter: routeFilter(state.current, session.data(), full) });
    else if (command === 'copy') {
      const text = copiedFrom(state.current, session.data(), full);
      apply({ type: 'notice', text: copy(text, stdout) });
    } else {
      const screen = within(state.current, standingOn(state.current, session.data(), full));
      if (screen) apply({ type: 'open', screen });
    }
  };
  useInput((input, key) => {
    let rest = input;
    do {
      const one = firstKey(rest, state.current);
      const meaning = meaningOf(one, one === '\r' ? { return: true } : key, state.current);
      if (typeof meaning === 'string') run(meaning);
      else if (meaning) apply(meaning);
      rest = rest.slice(one.length);
    } while (rest !== '');
  });
  useLayoutEffect(() => display.show(state.current, session.data(), size));
  return null;
}

function useSize(): Size {
  const { stdout } = useStdout();
  const [size, setSize] = useState(() => measure(stdout));
  useEffect(() => {
    const resized = (): void => setSize(measure(stdout));
    stdout.on('resize', resized);
    return () => {
      stdout.off('resize', resized);
    };
  }, [stdout]);
  return size;
}

/** Asks for what the screen now needs. */
function follow(state: State, session: Session): void {
  const { screen } = current(state);
  session.pause(state.paused);
  if (screen.name === 'routes') session.wantRoutes(screen.gateway);
  if (screen.name === 'route') session.wantRoute(screen);
  if (screen.name === 'explain') session.wantExplanation(askedRequest(state));
  if (screen.name === 'class') session.wantClass(screen.key);
}

/** The screen behind a row. */
function within(state: State, key: string | null): Screen | null {
  const { screen } = current(state);
  if (key === null) return null;
  if (screen.name === 'gateways') return { name: 'routes', gateway: key };
  if (screen.name === 'routes') return { name: 'route', gateway: screen.gateway, key };
  if (screen.name === 'logs') return { name: 'class', key };
  if (screen.name === 'changes') return key.startsWith('finding ') ? { name: 'finding', id: key.slice(8) } : null;
  return screen.name === 'findings' ? { name: 'finding', id: key } : null;
}

/** The request that a screen is about; null: none. */
function requestOf(state: State, data: Data): string | null {
  const { screen } = current(state);
  if (screen.name === 'class') return classRequest(data, screen.key);
  return screen.name === 'finding' ? witnessOf(data, screen.id) : null;
}

/** What leaves of the log the route that a person stands on. */
function routeFilter(state: State, data: Data, look: Look): string {
  const { screen } = current(state);
  const key = screen.name === 'routes' ? standingOn(state, data, look) : screen.name === 'route' ? screen.key : null;
  return key === null || !('gateway' in screen) ? '' : routeWords(data, screen.gateway, key);
}

/** Puts a text on the clipboard by OSC 52, which terminals hand on, over ssh too. */
function copy(text: string | null, stdout: NodeJS.WriteStream): string {
  if (text === null) return 'there is nothing here to copy';
  stdout.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`);
  return `copied (where the terminal lets it): ${text}`;
}
