import type { InstrumentName } from './catalogue.ts';

/** Whom an alert wakes: `page` now, `ticket` in working hours. */
export type AlertSeverity = 'page' | 'ticket';

/** One comparison with a metric of the catalogue. */
export interface Condition {
  readonly metric: InstrumentName;
  /** Of a counter what was `added` within the minutes; of a share its `part`, its `whole` or their `ratio`; of a gauge its `value`. */
  readonly stat: 'added' | 'part' | 'whole' | 'ratio' | 'value';
  readonly is: '<' | '>' | '>=';
  readonly than: number;
  /** The window of a sum; a state is looked at as it is now, unless a window is given. */
  readonly minutes?: number;
  /** What it looks at ends with the trouble itself: an alert that fires goes on without it. */
  readonly begins?: true;
}

/** Something that wakes people: rarely, with what to type. */
export interface Alert {
  readonly name: string;
  readonly severity: AlertSeverity;
  readonly per: 'gateway' | 'route' | 'cluster';
  readonly all: readonly [Condition, ...Condition[]];
  /** One of these too. */
  readonly any?: readonly Condition[];
  readonly forMinutes: number;
  /** Fires where there is no data. Only for the alert that tells of blindness. */
  readonly missingFires?: true;
  /** A rule's page, or a page of docs. */
  readonly runbook: string;
  readonly summary: string;
  /** Only during the day. */
  readonly dayHours?: true;
  /** The other way out has something better. */
  readonly only?: 'prometheus' | 'cloudwatch';
}
