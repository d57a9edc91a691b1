import type { Regex } from './regex.ts';

/** One condition of a route. Each looks at one field of the request; the names are those of Envoy's RouteMatch. */
export type Clause =
  | { readonly field: 'path'; readonly test: PathTest; readonly at: string }
  | {
      readonly field: 'header';
      readonly name: string;
      readonly test: HeaderTest;
      readonly invert: boolean;
      readonly missingIsEmpty: boolean;
      readonly at: string;
    }
  | { readonly field: 'query'; readonly name: string; readonly test: ValueTest; readonly at: string }
  | {
      readonly field: 'cookie';
      readonly name: string;
      readonly test: ValueTest;
      readonly invert: boolean;
      readonly at: string;
    }
  | { readonly field: 'grpc'; readonly at: string }
  | {
      readonly field: 'fraction';
      /** 0 to 1; null: a runtime key decides that was not read. */
      readonly share: number | null;
      /** The share is of the request's random number modulo this: 100, 10,000 or 1,000,000. */
      readonly of: number;
      readonly key: string | null;
      readonly at: string;
    }
  | {
      readonly field: 'tls';
      readonly presented: boolean | null;
      readonly validated: boolean | null;
      readonly at: string;
    }
  /** Depends on what no request tells (metadata, filter state), or is not understood. */
  | { readonly field: 'hidden'; readonly what: string; readonly key: string; readonly at: string }
  /** Can never hold: Envoy would have refused it (an invalid regex). */
  | { readonly field: 'invalid'; readonly what: string; readonly at: string };

/** What a path must be; all compare the path without its query. */
export type PathTest =
  | { readonly kind: 'exact' | 'prefix' | 'segments'; readonly value: string; readonly ignoreCase: boolean }
  | { readonly kind: 'regex'; readonly regex: Regex }
  | { readonly kind: 'template'; readonly template: string; readonly regex: Regex }
  | { readonly kind: 'connect' };

/** What a text must be. */
export type TextTest =
  | {
      readonly kind: 'exact' | 'prefix' | 'suffix' | 'contains';
      readonly value: string;
      readonly ignoreCase: boolean;
    }
  | { readonly kind: 'regex'; readonly regex: Regex };

/** A text, or whether it is there at all. */
export type ValueTest = TextTest | { readonly kind: 'present'; readonly present: boolean };

/** A header's value, which may also be a number: start <= value < end. */
export type HeaderTest = ValueTest | { readonly kind: 'range'; readonly start: bigint; readonly end: bigint };
