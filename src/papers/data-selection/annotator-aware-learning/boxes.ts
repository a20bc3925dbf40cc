import type { Features } from "./em.ts";

/** An axis-aligned region of feature space, both ends included. */
export interface Box {
  low: ArrayLike<number>;
  high: ArrayLike<number>;
}

/** Items that lie in the box. */
export function itemsInBox({ values, width }: Features, { low, high }: Box): number[] {
  const inside: number[] = [];
  for (let i = 0; i * width < values.length; i++) {
    let all = true;
    for (let j = 0; j < width && all; j++) {
      const x = values[i * width + j] as number;
      all = x >= (low[j] as number) && x <= (high[j] as number);
    }
    if (all) inside.push(i);
  }
  return inside;
}

/**
 * For trying region queries on data whose labels are known; with people, ask them in its place, and label `itemsInBox` on a yes. Answers "is every item in this box of class j?" as an annotator who overlooks exceptions does: yes when at least `purity`
 * (default 90%) of the items are. One yes labels them all, and what is not pure comes along as noise. An empty box is no.
 */
export function boxOracle(
  labels: ArrayLike<number>,
  items: readonly number[],
  label: number,
  purity = 0.9,
): { yes: boolean; purity: number } {
  const right = items.filter((i) => labels[i] === label).length;
  const share = items.length > 0 ? right / items.length : 0;
  return { yes: items.length > 0 && share >= purity, purity: share };
}
