/** The minor version whose stock image is taken for older sources: it still decides as they do. */
const newestAlike = 38;
/**
 * The minor version from which on each line of a repeated header is matched alone: another answer, so never crossed
 * unasked.
 */
const firstApart = 39;

/**
 * The version of stock Envoy that a rescued configuration runs on. App Mesh's own images ended at 1.34, and old images
 * get no fixes: so the newest minor version that still matches repeated headers as they did, or the source's own where
 * that is newer.
 */
export function stockVersion(source: string): string {
  const [major = 1, minor = 0] = source.split('.').map(Number);
  return major === 1 && minor < firstApart ? `1.${newestAlike}.0` : source;
}

/** The stock image of that version: the tag of its newest patch. */
export function stockImage(source: string): string {
  const [major, minor] = stockVersion(source).split('.');
  return `envoyproxy/envoy:v${major}.${minor}-latest`;
}
