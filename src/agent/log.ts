/** A line of the agent's log: `event` says what it is about, the other keys are stable for each event. */
export interface LogLine {
  readonly event: string;
  readonly level: 'info' | 'warning' | 'error';
  readonly [key: string]: unknown;
}

/** Writes lines: JSON, one each, with the time and the agent's name first. */
export type Log = (line: LogLine) => void;

/** A log to a stream. */
export function makeLog(agent: string, write: (text: string) => void): Log {
  return ({ level, event, ...more }) => {
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, agent, ...more })}\n`);
  };
}
