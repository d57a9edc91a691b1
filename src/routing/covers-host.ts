/** True where a DNS name of a certificate holds for a host: `*` stands for one whole leftmost label (RFC 6125, 6.4.3). */
export function coversHost(name: string, host: string): boolean {
  const [covers, asked] = [name.toLowerCase(), host.toLowerCase()];
  if (!covers.startsWith('*.')) return covers === asked;
  const dot = asked.indexOf('.');
  return dot > 0 && asked.slice(dot) === covers.slice(1);
}
