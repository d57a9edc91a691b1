import type { Said } from '../kube/events.ts';
import type { Delivery, SecuredAnswer } from '../secured.ts';
import type { LabRequest } from '../shop.ts';

/** Parts of an object, as a merge patch names them: null takes a field away. */
export interface Part {
  readonly [field: string]: unknown;
}

/**
 * How a cluster differs from that of the healthy shop. Objects are named `Kind namespace/name`, or `Kind name`; a name that
 * ends with `*` means all that begin so, one with `*0` the first of them.
 */
export interface Changes {
  /** YAML of objects that are there as well, or instead of those of their names; with `status` where that matters. */
  readonly apply?: string;
  readonly merge?: Readonly<Record<string, Part>>;
  readonly status?: Readonly<Record<string, Part>>;
  /** Gone, whatever held them. */
  readonly remove?: readonly string[];
  /** Asked to be gone: what finalizers hold stays. */
  readonly doom?: readonly string[];
  readonly say?: Readonly<Record<string, Said>>;
  /** What the secret server beside the gateway delivers now. */
  readonly deliver?: Delivery;
}

/** One story of the corpus that is captured from real servers. */
export interface CorpusStory extends Changes {
  readonly name: string;
  /** One sentence: what a person would tell of this cluster. */
  readonly says: string;
  /** What was put in, as the finding that names it: `rule Kind namespace/name`. None: nothing is wrong. */
  readonly planted?: readonly string[];
  readonly missed?: readonly string[];
  readonly wrong?: readonly string[];
  /** Rules that speak once a fault is mended: what it had hidden. */
  readonly reveals?: readonly string[];
  /** Requests that go on while counters are read twice. */
  readonly requests?: readonly LabRequest[];
  /** Whether a rescue copy of the gateway lies where meshdoctor is told to look; absent: it is told of no such place. */
  readonly copies?: 'fresh' | 'none';
  /** ISO 8601: when it was seen, where not now. */
  readonly now?: string;
  /** So long after the change it was seen. */
  readonly hoursLater?: number;
  /** So many seconds are let pass between the change and the look. */
  readonly patience?: number;
  /** The cluster's objects cannot be read: Envoy's admin endpoints alone. */
  readonly envoyAlone?: true;
}

/** What has become of a gateway's control plane. */
export type Fate = 'alive' | 'stalled' | 'dead';

/** Stories that share a running gateway: an Envoy, what it was given, and what became of its control plane. */
export interface Group {
  readonly name: string;
  readonly envoyVersion: '1.40.0' | '1.36.2';
  readonly replicas: number;
  readonly controlPlane: Fate;
  /** The gateway has certificates and is asked over TLS; what answers on port 8443 of these Services. */
  readonly secured?: Readonly<Record<string, SecuredAnswer>>;
  /** A secret server runs beside each Envoy. */
  readonly secretServer?: true;
  /** What differs from the healthy shop in all of them; Envoy was given it while its control plane lived. */
  readonly base?: Changes;
  /** An update that Envoy refuses, pushed before the control plane ends. */
  readonly refused?: 'listener' | 'routes' | 'cluster';
  /** Envoys, by their number, that were restarted after the end: they hold nothing. */
  readonly emptied?: readonly number[];
  /** Of a restarted one: it gives up waiting, and says LIVE with nothing in it. */
  readonly givesUp?: true;
  readonly stories: readonly CorpusStory[];
}
