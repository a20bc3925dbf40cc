import { solveProgram } from "../../../kit/highs.ts";
import { orderCost, type Solved } from "./kemeny-subsets.ts";

/**
 * The linear-ordering program over $x_{ij} = 1$ when i stands above j, for i before j in `systems`:
 * minimise $\sum_{i<j} (Q_{ji} - Q_{ij} + \varepsilon)\, x_{ij}$ under $0 \le x_{ij} + x_{jk} - x_{ik} \le 1$, $x$ binary.
 * `lean` is the ε that settles ties for (negative) or against (positive) the given order.
 */
function linearOrdering(preferences: Float64Array, n: number, systems: readonly number[], lean: number): string {
  const m = systems.length;
  const objective: string[] = [];
  const rows: string[] = [];
  const binaries: string[] = [];
  for (let a = 0; a < m; a++) {
    for (let b = a + 1; b < m; b++) {
      const i = systems[a] as number;
      const j = systems[b] as number;
      const cost = (preferences[j * n + i] as number) - (preferences[i * n + j] as number) + lean;
      objective.push(`${cost < 0 ? "-" : "+"} ${Math.abs(cost)} x${a}_${b}`);
      binaries.push(`x${a}_${b}`);
      for (let c = b + 1; c < m; c++) {
        rows.push(`x${a}_${b} + x${b}_${c} - x${a}_${c} <= 1`, `x${a}_${b} + x${b}_${c} - x${a}_${c} >= 0`);
      }
    }
  }
  return `Minimize\n ${objective.join("\n ")}\nSubject To\n ${rows.join("\n ")}\nBinary\n ${binaries.join("\n ")}\nEnd\n`;
}

/** Reads the order off a feasible point: a system stands above as many as it beats. */
function orderOf(values: Record<string, number>, systems: readonly number[]): number[] {
  const m = systems.length;
  const below = new Array<number>(m).fill(0);
  for (let a = 0; a < m; a++) {
    for (let b = a + 1; b < m; b++) {
      const winner = (values[`x${a}_${b}`] ?? 1) > 0.5 ? a : b;
      below[winner] = (below[winner] ?? 0) + 1;
    }
  }
  return systems
    .map((_, a) => a)
    .sort((a, b) => (below[b] ?? 0) - (below[a] ?? 0) || a - b)
    .map((a) => systems[a] as number);
}

/**
 * Exact Kemeny order by integer programming (HiGHS), for components too large for subsets. A second solve that leans the
 * other way tells whether the optimum is unique. When the time is up, the better of the incumbent and the given order is
 * returned with `optimal: false`.
 */
export async function kemenyByProgram(
  preferences: Float64Array,
  n: number,
  systems: readonly number[],
  timeLimitS: number,
): Promise<Solved> {
  const start = performance.now();
  // Costs are multiples of ½ with unit votes: a lean that sums to less than that over all pairs only settles ties.
  const lean = 0.2 / ((systems.length * (systems.length - 1)) / 2);
  const first = await solveProgram(linearOrdering(preferences, n, systems, -lean), { timeLimitS });
  const found = Object.keys(first.values).length > 0 ? orderOf(first.values, systems) : [...systems];
  const order = orderCost(preferences, n, found) <= orderCost(preferences, n, systems) ? found : [...systems];
  if (!first.optimal) return { order, optimal: false, unique: false };
  const left = timeLimitS - (performance.now() - start) / 1000;
  const second = await solveProgram(linearOrdering(preferences, n, systems, lean), { timeLimitS: Math.max(1, left) });
  const other = second.optimal ? orderOf(second.values, systems) : undefined;
  return { order, optimal: true, unique: other?.every((system, i) => system === order[i]) ?? false };
}
