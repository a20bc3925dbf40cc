import { countTerms, documentCounts, inner, type Terms, unitVector } from "../text.ts";

/** A paper that may stand in a digest. */
export interface Pickable {
  title: string;
  abstract: string;
  /** Our summary and the claim in words; "" for a paper that is imported only. */
  own: string;
  field: string | null;
}

/** How much likeness to what was picked before costs, against the place in the order. */
const likenessShare = 0.4;

function termsOf({ title, abstract, own, field }: Pickable): Terms {
  const words = countTerms([
    [title, 3],
    [own === "" ? abstract : own, 1],
  ]);
  return new Map([...words, ...(field ? ([[`field ${field}`, 3]] as const) : [])]);
}

/**
 * Picks `count` of papers that are in the order of what trends, so that they differ. The best one comes first; each next one is the one with the largest
 * $(1 - \lambda) (1 - i / n) - \lambda \max_j \cos(d, d_j)$, where i is its position among the n papers, the cosines are those of the TF–IDF vectors of its
 * text, with the field as a word, and of the texts picked before, and λ = 0.4 (maximal marginal relevance). Of equals the earlier one is taken.
 */
export function pickDiverse<T extends Pickable>(ordered: readonly T[], count: number): T[] {
  const documents = ordered.map(termsOf);
  const counts = documentCounts(documents);
  const vectors = documents.map((document) => unitVector(document, counts, ordered.length));
  const likeness = new Float64Array(ordered.length);
  const left = new Set(ordered.keys());
  const picked: T[] = [];
  while (picked.length < count && left.size > 0) {
    let best = -1;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (const i of left) {
      const score = (1 - likenessShare) * (1 - i / ordered.length) - likenessShare * (likeness[i] ?? 0);
      if (score > bestScore) [best, bestScore] = [i, score];
    }
    const taken = ordered[best];
    if (!taken) break;
    picked.push(taken);
    left.delete(best);
    const vector = vectors[best] ?? new Map<string, number>();
    for (const i of left) likeness[i] = Math.max(likeness[i] ?? 0, inner(vector, vectors[i] ?? new Map()));
  }
  return picked;
}
