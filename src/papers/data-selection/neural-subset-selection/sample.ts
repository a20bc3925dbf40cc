import { Random } from "../../../kit/random.ts";

const kinds = [
  { centre: [4, 20, 1], spread: [1, 3, 0.3] },
  { centre: [9, 5, 3], spread: [1, 2, 0.4] },
  { centre: [2, 60, 2], spread: [0.6, 6, 0.4] },
  { centre: [6, 35, 5], spread: [1, 5, 0.6] },
];

/**
 * Shelves of eight to twelve products of one kind with two of another among them, which are chosen: weight, price and size of
 * each. Any kind is common on one shelf and odd on another.
 */
export function shelves(count: number, seed: number, chosen: boolean): string {
  const random = new Random(seed);
  const lines = Array.from({ length: count }, () => {
    const [common, odd] = random.sample(kinds, 2);
    const m = random.int(8, 12);
    const order = random.permutation(m);
    const items = order.map((place) => {
      const kind = place < 2 ? odd : common;
      return (kind?.centre ?? []).map((c, j) => Number(random.normal(c, kind?.spread[j]).toFixed(2)));
    });
    const positions = [...order.keys()].filter((at) => (order[at] as number) < 2);
    return JSON.stringify(chosen ? { items, chosen: positions } : { items });
  });
  return `${lines.join("\n")}\n`;
}
