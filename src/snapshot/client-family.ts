/** What a User-Agent says of the program, without what could tell one person's device: the product, its major version, the platform. */
export function clientFamily(agent: string | undefined): string {
  if (agent === undefined || agent === '-') return '-';
  const browser = /\b(Firefox|Edg|OPR|Chrome|Safari)\/(\d{1,4})/.exec(agent);
  const first = /^([A-Za-z][A-Za-z0-9_.-]{0,30})(?:\/v?(\d{1,4}(?:\.\d{1,3})?))?/.exec(agent);
  const platform = /iPhone|iPad|\biOS\b|CFNetwork|Darwin/.test(agent)
    ? ' iOS'
    : /Android/.test(agent)
      ? ' Android'
      : '';
  if (first?.[1] === 'Mozilla' && browser) return `${browser[1]}/${browser[2]}${platform}`;
  if (!first) return '(unusual)';
  return `${first[1]}${first[2] === undefined ? '' : `/${first[2]}`}${platform}`;
}
