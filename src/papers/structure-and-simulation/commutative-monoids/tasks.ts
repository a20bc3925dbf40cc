import type { Random } from "../../../kit/random.ts";

/** A bag with what a model should say about it, one 0 or 1 per output. */
export interface LabelledBag {
  items: number[][];
  bits: number[];
}

/** The four bits of a number below 16, highest first. */
export function fourBits(value: number): number[] {
  return [8, 4, 2, 1].map((place) => (value & place ? 1 : 0));
}

/** n random bits; the target is whether an odd number of them is set. */
export function parityBag(random: Random, n: number): LabelledBag {
  const items = Array.from({ length: n }, () => [random.int(0, 1)]);
  return { items, bits: [items.reduce((sum, [bit]) => sum + (bit ?? 0), 0) % 2] };
}

/** The second smallest of some numbers, counting repetitions; `none` when there are fewer than two. */
export function secondSmallest(values: readonly number[], none: number): number {
  return [...values].sort((a, b) => a - b)[1] ?? none;
}

/**
 * n ≥ 2 numbers of four bits each; the target is the second smallest, as bits. A floor is drawn first and all numbers lie
 * above it: with plain uniform numbers a bag of 64 almost always has the answer 0.
 */
export function secondSmallestBag(random: Random, n: number): LabelledBag {
  const floor = random.int(0, 14);
  const values = Array.from({ length: n }, () => random.int(floor, 15));
  return { items: values.map(fourBits), bits: fourBits(secondSmallest(values, 15)) };
}

/**
 * Accuracy of the best guess that knows only the smallest number of each bag: for every minimum the most frequent answer
 * among these very bags. A model that has learned no more than min cannot beat it.
 */
export function guessFromMinimum(bags: readonly LabelledBag[]): number {
  const counts = new Map<number, number[]>();
  const number = (bits: readonly number[]) => bits.reduce((sum, bit) => 2 * sum + bit, 0);
  for (const { items, bits } of bags) {
    const smallest = Math.min(...items.map(number));
    const row = counts.get(smallest) ?? new Array<number>(16).fill(0);
    row[number(bits)] = (row[number(bits)] ?? 0) + 1;
    counts.set(smallest, row);
  }
  let right = 0;
  for (const row of counts.values()) right += Math.max(...row);
  return right / bags.length;
}

/** A graph whose nodes ask two questions about their neighbours. */
export interface LabelledGraph {
  nodes: number[][];
  /** Pairs [from, to], both directions of every edge, sorted by `to`. */
  edges: [number, number][];
  /** Per node: whether an odd number of its neighbours is marked. */
  parity: number[][];
  /** Per node: the four bits of the second smallest key among its neighbours. */
  second: number[][];
}

/**
 * An Erdős–Rényi graph with n nodes, each with a mark and a four-bit key above a floor drawn per graph. Nodes with fewer
 * than two neighbours have the second smallest key 15.
 */
export function neighbourhoodGraph(random: Random, n: number, edgeProbability: number): LabelledGraph {
  const floor = random.int(0, 14);
  const marks = Array.from({ length: n }, () => random.int(0, 1));
  const keys = Array.from({ length: n }, () => random.int(floor, 15));
  const neighbours: number[][] = Array.from({ length: n }, () => []);
  for (let u = 0; u < n; u++) {
    for (let v = u + 1; v < n; v++) {
      if (!random.bool(edgeProbability)) continue;
      neighbours[u]?.push(v);
      neighbours[v]?.push(u);
    }
  }
  return {
    nodes: marks.map((mark, v) => [mark, ...fourBits(keys[v] ?? 0)]),
    edges: neighbours.flatMap((list, to) => list.map((from): [number, number] => [from, to])),
    parity: neighbours.map((list) => [list.reduce((sum, u) => sum + (marks[u] ?? 0), 0) % 2]),
    second: neighbours.map((list) => {
      const theirs = list.map((u) => keys[u] ?? 0);
      return fourBits(secondSmallest(theirs, 15));
    }),
  };
}
