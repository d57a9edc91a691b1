import { type Answer, sendAll } from '../../../src/cli/rescue/send.ts';
import { collect } from '../../../src/collect/collect.ts';
import { type CollectRequest, emptyRequest } from '../../../src/collect/request.ts';
import { buildModel } from '../../../src/model/model.ts';
import { describeRequest } from '../../../src/rescue/proof.ts';
import { type AskedRequest, makeRequests } from '../../../src/rescue/requests.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import { tableOf } from '../../../src/routing/from-envoy.ts';

/** Requests made for every route of the Envoy that was read, with what each is expected to come to. */
export async function requestsFor(sources: Partial<CollectRequest>, count: number) {
  const { snapshot } = await collect({ ...emptyRequest, keep: true, whole: true, ...sources });
  const [envoy] = buildModel(snapshot).envoys;
  const table = envoy ? tableOf(envoy) : null;
  if (table?.state !== 'table') throw new Error(`nothing to ask: ${JSON.stringify(table)}`);
  return makeRequests(table.table, count).map((request) => ({ request, expected: decide(table.table, request) }));
}

/**
 * Sends the same requests to two gateways and tells where their answers differ; a choice by weight is not told apart.
 */
export async function differences(
  cases: Awaited<ReturnType<typeof requestsFor>>,
  one: Gateway,
  other: Gateway,
  sameVersion = true,
): Promise<readonly string[]> {
  const requests = cases.map(({ request }) => request);
  const [first, second] = [await ask(one, requests), await ask(other, requests)];
  const good = first.filter(({ status }) => status === 200).length;
  if (good < cases.length / 4)
    throw new Error(`only ${good} of ${cases.length} were answered 200: nothing was compared`);
  return cases.flatMap(({ request, expected }, index) => {
    const byWeight = expected.clusters.length > 1;
    const [left, right] = [first[index], second[index]].map((answer) => {
      const whole = said(answer, byWeight);
      return sameVersion ? whole : withoutReason(whole);
    });
    return left === right ? [] : [`${describeRequest(request)}\n  ${left}\n  ${right}`];
  });
}

/** Where a gateway listens. */
export interface Gateway {
  readonly host: string;
  readonly portOf?: (port: number) => number;
}

function ask({ host, portOf }: Gateway, requests: readonly AskedRequest[]): Promise<readonly Answer[]> {
  return sendAll(host, requests, portOf);
}

/** Everything a client and an upstream can tell, but for ids and clocks. */
function said(answer: Answer | undefined, byWeight: boolean): string {
  if (!answer) return 'no answer';
  const { date: _, 'x-envoy-upstream-service-time': __, 'x-upstream': upstream, ...headers } = answer.headers;
  const whole = JSON.stringify([answer.status, headers, upstream, echoed(answer.body)]);
  return byWeight ? whole.replaceAll(/catalog-v\d/g, 'catalog') : whole;
}

/** 1.36.2 tells of a refused connection in the text of its 503 what 1.38.3 does not tell any more. */
function withoutReason(answer: string): string {
  if (!answer.includes('upstream connect error')) return answer;
  return answer.replace(/, transport failure reason: [^"]*/, '').replace(/"content-length":"\d+",?/, '');
}

/** What an upstream got, without the request's id; the order of header lines says nothing. */
function echoed(body: string): unknown {
  if (!body.startsWith('{')) return body;
  const { headers, ...rest } = JSON.parse(body) as { readonly headers: Readonly<Record<string, string>> };
  const lines = Object.entries(headers).filter(([name]) => name !== 'x-request-id');
  return { ...rest, headers: lines.sort() };
}
