/** Words with their leading space, runs of spaces, and single signs; long words come apart every four letters. */
const pieces = /\s?[\p{L}\p{M}]{1,4}|[\p{L}\p{M}]{1,4}|\s?\p{N}{1,3}|\s+|[^\s\p{L}\p{M}\p{N}]/gu;

/**
 * A deterministic stand-in for a model's tokenizer: about as many tokens as one, equal for equal beginnings. A token is the
 * 31-bit hash (FNV-1a) of its piece, so that no vocabulary is needed. Token counts are estimates; shared prefixes are exact
 * up to one piece, and up to hash collisions ($2^{-31}$ a pair).
 */
export function wordTokens(text: string): number[] {
  const tokens: number[] = [];
  for (const [piece] of text.matchAll(pieces)) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < piece.length; i++) hash = Math.imul(hash ^ piece.charCodeAt(i), 0x01000193);
    tokens.push((hash ^ (hash >>> 16)) & 0x7fffffff);
  }
  return tokens;
}
