/** Kinds of words that a column of features may have. */
export const mostKinds = 20;

/** The different cells of a column, in the order in which they first stand there. */
export const kindsOf = (cells: Iterable<string>): string[] => [...new Set(cells)];

/** Writes a word as 0 and 1 for each kind, from `at` on; a word of another kind is 0 in all. */
export function writeIndicators(kinds: readonly string[], cell: string, out: Float64Array, at: number): void {
  for (const [k, kind] of kinds.entries()) out[at + k] = cell === kind ? 1 : 0;
}
