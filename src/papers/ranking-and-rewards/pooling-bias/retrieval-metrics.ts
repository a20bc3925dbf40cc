/** Positions of the k largest scores, best first; equal scores by position. Fewer than k where there are fewer. */
export function topPositions(scores: ArrayLike<number>, k: number): number[] {
  if (Math.min(k, scores.length) > 256) {
    const order = Array.from({ length: scores.length }, (_, i) => i);
    order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
    return order.slice(0, k);
  }
  // For some hundred places, keeping them sorted while passing over the scores once beats a sort that compares.
  const best: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    if (best.length === k && !(score > (scores[best[k - 1] as number] as number))) continue;
    let at = Math.min(best.length, k - 1);
    while (at > 0 && score > (scores[best[at - 1] as number] as number)) {
      best[at] = best[at - 1] as number;
      at--;
    }
    best[at] = i;
  }
  return best;
}

function checkLengths(scores: ArrayLike<number>, relevance: ArrayLike<number>): void {
  if (scores.length !== relevance.length)
    throw new RangeError(`${scores.length} scores and ${relevance.length} relevance grades`);
}

/** $\sum_{i \le k} (2^{\text{rel}_i} - 1)/\log_2(i + 1)$ of grades in ranked order. */
function discountedGain(grades: readonly number[]): number {
  return grades.reduce((sum, grade, i) => sum + (2 ** grade - 1) / Math.log2(i + 2), 0);
}

/**
 * NDCG@k of one query: the discounted gain of the first k documents by score over that of the best possible order, ties broken
 * by position. 0 for a query without a relevant document. Throws on lengths that differ.
 */
export function ndcgAt(k: number, scores: ArrayLike<number>, relevance: ArrayLike<number>): number {
  checkLengths(scores, relevance);
  const best = discountedGain(topPositions(relevance, k).map((i) => relevance[i] as number));
  if (best === 0) return 0;
  return discountedGain(topPositions(scores, k).map((i) => relevance[i] as number)) / best;
}

/** MRR@k of one query: one over the place of the first relevant document (grade above 0), 0 where it is not among the first k. */
export function mrrAt(k: number, scores: ArrayLike<number>, relevance: ArrayLike<number>): number {
  checkLengths(scores, relevance);
  const place = topPositions(scores, k).findIndex((i) => (relevance[i] as number) > 0);
  return place < 0 ? 0 : 1 / (place + 1);
}
