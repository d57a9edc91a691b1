const unicode = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ascii = ['_', '.', ':', '-', '=', '+', '*', '#'];

/** Numbers as a line of small bars, scaled to the largest; a blank is none at all. At most `width` of them: neighbours are added up. */
export function sparkline(values: readonly number[], width: number, plain: boolean): string {
  const each = Math.max(1, Math.ceil(values.length / width));
  const sums: number[] = [];
  for (let at = 0; at < values.length; at += each) {
    sums.push(values.slice(at, at + each).reduce((sum, value) => sum + value, 0));
  }
  const most = Math.max(...sums, 1);
  const bars = plain ? ascii : unicode;
  return sums.map((sum) => (sum === 0 ? ' ' : bars[Math.min(7, Math.floor((sum / most) * 7.999))])).join('');
}
