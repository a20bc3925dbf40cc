import { solveProgram } from "../../../kit/highs.ts";
import type { Random } from "../../../kit/random.ts";
import {
  type AdditiveScore,
  bordaPoints,
  committeeScore,
  isAdditive,
  itemScores,
  type ScoreName,
} from "./committee-scores.ts";

export interface SelectOptions {
  score: ScoreName;
  /** Seats. */
  k: number;
  /** Group of every item; needed with `lower`. */
  groups?: readonly number[];
  /** Least number of seats by group. */
  lower?: readonly number[];
  /** Breaks ties; without it the item named first wins, which leaks the answer when items are sorted by quality. */
  random?: Random;
}

export interface Committee {
  /** Items in the order in which they were seated. */
  committee: number[];
  /** Score on the given rankings. */
  value: number;
  /** Known to be the best committee under the bounds. */
  optimal: boolean;
}

function checkBounds(m: number, { k, groups = [], lower = [] }: SelectOptions): number[] {
  if (!(Number.isInteger(k) && k >= 1 && k <= m)) throw new RangeError(`${k} seats for ${m} items`);
  if (lower.length > 0 && groups.length !== m) throw new RangeError(`${groups.length} groups for ${m} items`);
  lower.forEach((bound, g) => {
    const size = groups.filter((group) => group === g).length;
    if (!(Number.isInteger(bound) && bound >= 0)) throw new RangeError(`lower bound ${bound} for group ${g}`);
    if (bound > size) throw new RangeError(`group ${g} has ${size} items and ${bound} seats are reserved for it`);
  });
  const reserved = lower.reduce((sum, bound) => sum + bound, 0);
  if (reserved > k) throw new RangeError(`${reserved} seats are reserved and there are ${k}`);
  return [...lower];
}

/** Seats the items by repeatedly taking the best allowed one: while seats only just suffice for the reservations, others wait. */
function seat(
  m: number,
  options: SelectOptions,
  gain: (item: number) => number,
  onSeat: (item: number) => void,
): number[] {
  const open = checkBounds(m, options);
  const { k, groups = [], random } = options;
  const tie = random ? random.permutation(m) : Array.from({ length: m }, (_, i) => i);
  const seated: number[] = [];
  const taken = new Uint8Array(m);
  while (seated.length < k) {
    const reserved = open.reduce((sum, bound) => sum + bound, 0);
    const onlyReserved = k - seated.length <= reserved;
    let best = -1;
    let bestGain = Number.NEGATIVE_INFINITY;
    for (const item of tie) {
      if (taken[item] || (onlyReserved && !((open[groups[item] ?? -1] ?? 0) > 0))) continue;
      const value = gain(item);
      if (value > bestGain) {
        best = item;
        bestGain = value;
      }
    }
    taken[best] = 1;
    seated.push(best);
    const group = groups[best] ?? -1;
    if ((open[group] ?? 0) > 0) open[group] = (open[group] ?? 0) - 1;
    onSeat(best);
  }
  return seated;
}

/**
 * Chooses $k$ of m items with $|S \cap G_g| \ge \ell_g$ for every group.
 *
 * For additive scores this is exact: best items first, others barred once the free seats are just the reserved ones (greedy
 * on a matroid). For `cc` and `pav` it is greedy on marginal gains under the same rule: at least ½ of the optimum with
 * bounds, $1 - 1/e$ without. Seats are reserved during the choice, not repaired afterwards.
 */
export function selectCommittee(pos: Int32Array, n: number, m: number, options: SelectOptions): Committee {
  if (n < 1) throw new RangeError("no rankings");
  const { score, k } = options;
  if (isAdditive(score)) {
    const scores = itemScores(pos, n, m, score as AdditiveScore, k);
    const committee = seat(
      m,
      options,
      (item) => scores[item] as number,
      () => {},
    );
    return { committee, value: committee.reduce((sum, item) => sum + (scores[item] as number), 0), optimal: true };
  }
  const points = score === "cc" ? bordaPoints(pos, n, m) : undefined;
  const state = new Float64Array(n); // best points so far (cc), or members among the first k (pav)
  const gain = (item: number): number => {
    let total = 0;
    for (let v = 0; v < n; v++) {
      if (points) total += Math.max(0, (points[v * m + item] as number) - (state[v] as number));
      else if (approves(pos, v * m + item, k)) total += 1 / ((state[v] as number) + 1);
    }
    return total;
  };
  const committee = seat(m, options, gain, (item) => {
    for (let v = 0; v < n; v++) {
      if (points) state[v] = Math.max(state[v] as number, points[v * m + item] as number);
      else if (approves(pos, v * m + item, k)) state[v] = (state[v] as number) + 1;
    }
  });
  return { committee, value: committeeScore(pos, n, m, score, committee, k), optimal: false };
}

function approves(pos: Int32Array, at: number, k: number): boolean {
  const place = pos[at] as number;
  return place >= 0 && place < k;
}

/** Binary choices a program may have before it is refused. */
const programLimit = 40_000;

/**
 * The best committee by integer programming (HiGHS), for `cc` and `pav` on small profiles. With $x_i$ = item seated: `cc`
 * maximises $\sum_{v,i} p_{vi}\, y_{vi}$ with $y_{vi} \le x_i$, $\sum_i y_{vi} = 1$; `pav` maximises $\sum_{v,j} z_{vj}/j$
 * with $\sum_j z_{vj} = \sum_{i \in \text{top}_k(v)} x_i$, $0 \le z \le 1$.
 */
export async function selectCommitteeExactly(
  pos: Int32Array,
  n: number,
  m: number,
  options: SelectOptions,
  { timeLimitS = 60 } = {},
): Promise<Committee> {
  const { score, k, groups = [], lower = [] } = options;
  const greedy = selectCommittee(pos, n, m, options);
  if (greedy.optimal) return greedy;
  if (n * m > programLimit) throw new RangeError(`${n} rankings of ${m} items are too many for the exact choice`);
  const objective: string[] = [];
  const rows = [`${Array.from({ length: m }, (_, i) => `x${i}`).join(" + ")} = ${k}`];
  const bounds: string[] = [];
  lower.forEach((bound, g) => {
    const members = groups.flatMap((group, i) => (group === g ? [`x${i}`] : []));
    if (bound > 0) rows.push(`${members.join(" + ")} >= ${bound}`);
  });
  const points = bordaPoints(pos, n, m);
  for (let v = 0; v < n; v++) {
    if (score === "cc") {
      const terms: string[] = [];
      for (let i = 0; i < m; i++) {
        objective.push(`${points[v * m + i]} y${v}_${i}`);
        terms.push(`y${v}_${i}`);
        rows.push(`y${v}_${i} - x${i} <= 0`);
      }
      rows.push(`${terms.join(" + ")} = 1`);
      continue;
    }
    const approved = Array.from({ length: m }, (_, i) => i).filter((i) => approves(pos, v * m + i, k));
    if (approved.length === 0) continue;
    const steps = approved.map((_, j) => `z${v}_${j + 1}`);
    steps.forEach((name, j) => {
      objective.push(`${1 / (j + 1)} ${name}`);
      bounds.push(`0 <= ${name} <= 1`);
    });
    rows.push(`${steps.join(" + ")} - ${approved.map((i) => `x${i}`).join(" - ")} = 0`);
  }
  const binaries = Array.from({ length: m }, (_, i) => `x${i}`).join("\n ");
  const limits = bounds.length > 0 ? `Bounds\n ${bounds.join("\n ")}\n` : "";
  const program = `Maximize\n ${objective.join("\n + ")}\nSubject To\n ${rows.join("\n ")}\n${limits}Binary\n ${binaries}\nEnd\n`;
  const { optimal, values } = await solveProgram(program, { timeLimitS });
  const committee = Array.from({ length: m }, (_, i) => i).filter((i) => (values[`x${i}`] ?? 0) > 0.5);
  if (committee.length !== k) return greedy;
  return { committee, value: committeeScore(pos, n, m, score, committee, k), optimal };
}
