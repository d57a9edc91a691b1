/**
 * Which member a key falls to (rendezvous hashing): where one joins or leaves, only its own keys move. Null where there is
 * no member. FNV-1a, mixed once more, for short names that differ in one character.
 */
export function ownerOf(key: string, members: readonly string[]): string | null {
  let best: { readonly member: string; readonly score: number } | null = null;
  for (const member of members) {
    const score = mixed(`${member}\n${key}`);
    if (!best || score > best.score || (score === best.score && member > best.member)) best = { member, score };
  }
  return best?.member ?? null;
}

function mixed(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
