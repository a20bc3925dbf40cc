/** An order of some systems and what is known about it. */
export interface Solved {
  order: number[];
  optimal: boolean;
  unique: boolean;
}

/** Kemeny cost of a whole order: $\sum_{i \text{ above } j} Q_{ji}$. */
export function orderCost(preferences: Float64Array, n: number, order: readonly number[]): number {
  let cost = 0;
  for (let a = 0; a < order.length; a++) {
    for (let b = a + 1; b < order.length; b++)
      cost += preferences[(order[b] as number) * n + (order[a] as number)] as number;
  }
  return cost;
}

/**
 * Exact Kemeny order of a few systems by dynamic programming over the set $A$ of systems already placed on top:
 * $g(A) = \min_{j \notin A} \big(\sum_{i \in A} Q_{ji} + g(A \cup \{j\})\big)$. The sums are built incrementally, so the
 * cost is $O(2^m m)$ time and memory for $m$ systems. Ties between orders go to the systems named first in `systems`.
 */
export function kemenyBySubsets(preferences: Float64Array, n: number, systems: readonly number[]): Solved {
  const m = systems.length;
  const size = 1 << m;
  // above[j * size + A]: what is paid for placing j right below the set A
  const above = new Float64Array(m * size);
  for (let j = 0; j < m; j++) {
    const base = j * size;
    const row = (systems[j] as number) * n;
    for (let set = 1; set < size; set++) {
      const lowest = 31 - Math.clz32(set & -set);
      above[base + set] =
        (above[base + (set & (set - 1))] as number) + (preferences[row + (systems[lowest] as number)] as number);
    }
  }
  const rest = new Float64Array(size);
  for (let set = size - 2; set >= 0; set--) {
    let best = Number.POSITIVE_INFINITY;
    for (let j = 0; j < m; j++) {
      if (set & (1 << j)) continue;
      const cost = (above[j * size + set] as number) + (rest[set | (1 << j)] as number);
      if (cost < best) best = cost;
    }
    rest[set] = best;
  }
  // Sums of halves are exact; the slack is for weights that are not.
  const slack = 1e-9 * Math.max(1, rest[0] as number);
  const order: number[] = [];
  let unique = true;
  for (let set = 0; set !== size - 1; ) {
    const target = rest[set] as number;
    const choices: number[] = [];
    for (let j = 0; j < m; j++) {
      if (set & (1 << j)) continue;
      if ((above[j * size + set] as number) + (rest[set | (1 << j)] as number) <= target + slack) choices.push(j);
    }
    const chosen = choices[0] as number; // the minimum is attained by some j
    unique &&= choices.length === 1;
    order.push(systems[chosen] as number);
    set |= 1 << chosen;
  }
  return { order, optimal: true, unique };
}
