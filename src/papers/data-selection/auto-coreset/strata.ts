/** How a budget is divided among classes: ∝ √nₖ, ∝ nₖ, or in equal parts. */
export const allocations = ["sqrt", "proportional", "equal"] as const;
export type Allocation = (typeof allocations)[number];

/** Rows that share a class. */
export interface Stratum {
  value: number;
  rows: Int32Array;
}

/** The rows by class, classes ascending; one stratum without classes. */
export function strataOf(count: number, classes: ArrayLike<number> | null): Stratum[] {
  if (!classes) return [{ value: 0, rows: Int32Array.from({ length: count }, (_, i) => i) }];
  const counts = new Map<number, number>();
  for (let i = 0; i < count; i++) counts.set(classes[i] as number, (counts.get(classes[i] as number) ?? 0) + 1);
  const strata = [...counts].sort(([a], [b]) => a - b).map(([value, n]) => ({ value, rows: new Int32Array(n) }));
  const at = new Map(strata.map((stratum) => [stratum.value, { rows: stratum.rows, next: 0 }]));
  for (let i = 0; i < count; i++) {
    const place = at.get(classes[i] as number);
    if (place) place.rows[place.next++] = i;
  }
  return strata;
}

/**
 * A budget for every class, in all `size` or as many as there are rows: at least 2 where the budget allows (else 1) and never more
 * than the class has; what a small class leaves over goes to the others. Throws RangeError when there are more classes than `size`.
 */
export function allocate(counts: readonly number[], size: number, rule: Allocation): number[] {
  if (size < counts.length) throw new RangeError(`a subset of ${size} cannot hold ${counts.length} classes`);
  const least = size >= 2 * counts.length ? 2 : 1;
  const share = (n: number): number => (rule === "sqrt" ? Math.sqrt(n) : rule === "proportional" ? n : 1);
  const given = counts.map((n) => Math.min(n, least));
  let left =
    Math.min(
      size,
      counts.reduce((a, b) => a + b, 0),
    ) - given.reduce((a, b) => a + b, 0);
  // One unit at a time to the class furthest below its share: exact totals, and caps respected on the way.
  for (; left > 0; left--) {
    let poorest = -1;
    let most = -1;
    for (const [k, n] of counts.entries()) {
      if ((given[k] as number) >= n) continue;
      const need = share(n) / ((given[k] as number) + 0.5);
      if (need > most) [poorest, most] = [k, need];
    }
    given[poorest] = (given[poorest] as number) + 1;
  }
  return given;
}
