import type { Decision } from './match/decision.ts';

/** What becomes of a request, as people say it: `goes to cluster cart as /1`, `gets 404 (NR)`. */
export function answerText(decision: Decision): string {
  const { outcome, status, responseFlag, location, clusters, hops, why } = decision;
  const flag = responseFlag === null ? '' : ` (${responseFlag})`;
  switch (outcome) {
    case 'forward': {
      const rewrite = hops.at(-1)?.rewrite;
      const where = clusters.map(({ name, weight }) => (clusters.length > 1 ? `${name} (${weight})` : name)).join(', ');
      return `goes to cluster ${where}${rewrite ? ` as ${rewrite.path} with host ${rewrite.host}` : ''}`;
    }
    case 'redirect':
      return `is redirected to ${location}`;
    case 'undecided':
      return `is not decided${why === null ? '' : `: ${why}`}`;
    case 'no-listener':
    case 'no-filter-chain':
      return `gets no connection${why === null ? '' : `: ${why}`}`;
    default:
      return `gets ${status}${flag}`;
  }
}
