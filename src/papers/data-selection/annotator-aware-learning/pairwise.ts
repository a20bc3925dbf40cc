/** An answer to "are these two of the same class?". */
export interface PairAnswer {
  a: number;
  b: number;
  same: boolean;
}

export interface Groups {
  /** Group of every item, numbered by first appearance: items joined by "same" share one. */
  group: Int32Array;
  groups: number;
  /** Answers "different" about two items that others join: each contradicts a chain of "same". */
  conflicts: PairAnswer[];
}

/**
 * For labelling by comparison, where people are asked "are these two of the same class?" before, or instead of, what the class is; the
 * tools read answers that name a class. Reads pairwise answers as constraints: "same" is transitive, and every "different" inside a group that follows from it is
 * reported. Throws a RangeError for items out of range. Nearly O(items + answers).
 */
export function groupPairs(items: number, answers: readonly PairAnswer[]): Groups {
  const parent = Int32Array.from({ length: items }, (_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  for (const { a, b, same } of answers) {
    for (const i of [a, b])
      if (!(Number.isInteger(i) && i >= 0 && i < items))
        throw new RangeError(`a pair names item ${i}, and there are ${items}`);
    if (same) parent[root(a)] = root(b);
  }
  const number = new Map<number, number>();
  const group = Int32Array.from({ length: items }, (_, i) => {
    const r = root(i);
    const known = number.get(r) ?? number.size;
    number.set(r, known);
    return known;
  });
  return {
    group,
    groups: number.size,
    conflicts: answers.filter(({ a, b, same }) => !same && group[a] === group[b]),
  };
}

/** Labels handed on along the groups, so that one label serves all that were called the same: an item without one takes its group's, where all labelled members agree; else undefined. */
export function spreadLabels({ group }: Groups, labels: readonly (number | undefined)[]): (number | undefined)[] {
  const known = new Map<number, Set<number>>();
  for (const [i, label] of labels.entries()) {
    if (label === undefined) continue;
    const g = group[i] as number;
    known.set(g, (known.get(g) ?? new Set()).add(label));
  }
  return labels.map((label, i) => {
    const of = known.get(group[i] as number);
    return label ?? (of?.size === 1 ? [...of][0] : undefined);
  });
}
