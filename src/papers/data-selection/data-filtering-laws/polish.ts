import { logEquivalent, type Series } from "./checkpoints.ts";
import type { Grids, Point } from "./grid-search.ts";
import type { LawOptions } from "./law.ts";

type Law = NonNullable<LawOptions["law"]>;

interface Local {
  b: number;
  /** ln τ */
  t: number;
  cost: number;
}

interface Bounds {
  b: readonly [number, number];
  t: readonly [number, number];
}

const clamp = (value: number, [low, high]: readonly [number, number]): number => Math.min(high, Math.max(low, value));

/**
 * b and τ of one bucket for given a and d, by damped Gauss–Newton steps inside the bounds: two parameters of a well-shaped
 * problem, where all parameters at once would creep along a bent valley.
 */
function localFit({ size, points }: Series, logScale: number, d: number, from: Local, bounds: Bounds, law: Law): Local {
  const logs = (t: number): number[] => points.map(({ n }) => logScale + logEquivalent(n, size, Math.exp(t), law));
  const misses = (b: number, x: readonly number[]): number[] =>
    points.map(({ error }, k) => Math.exp(b * (x[k] as number)) + d - error);
  const squares = (values: readonly number[]): number => values.reduce((sum, value) => sum + value * value, 0);
  const fixedTau = !(bounds.t[1] > bounds.t[0]);
  let [b, t] = [clamp(from.b, bounds.b), fixedTau ? from.t : clamp(from.t, bounds.t)];
  let x = logs(t);
  let miss = misses(b, x);
  let cost = squares(miss);
  let damping = 1e-4;
  for (let round = 0; round < 60 && damping < 1e8; round++) {
    const step = t + 1e-5 > bounds.t[1] ? -1e-5 : 1e-5;
    const moved = fixedTau ? x : logs(t + step);
    let [bb, bt, tt, gb, gt] = [0, 0, 0, 0, 0];
    for (let k = 0; k < points.length; k++) {
      const y = Math.exp(b * (x[k] as number));
      const slopeB = y * (x[k] as number);
      const slopeT = fixedTau ? 0 : (y * b * ((moved[k] as number) - (x[k] as number))) / step;
      bb += slopeB * slopeB;
      bt += slopeB * slopeT;
      tt += slopeT * slopeT;
      gb += slopeB * (miss[k] as number);
      gt += slopeT * (miss[k] as number);
    }
    // A parameter that its bound stops stays there, and the other moves alone.
    const holdB = (b <= bounds.b[0] && gb > 0) || (b >= bounds.b[1] && gb < 0);
    const holdT = fixedTau || (t <= bounds.t[0] && gt > 0) || (t >= bounds.t[1] && gt < 0);
    const [p, q, r] = [bb * (1 + damping) + 1e-300, tt * (1 + damping) + 1e-300, holdB || holdT ? 0 : bt];
    const det = p * q - r * r;
    const nextB = holdB ? b : clamp(b - (q * gb - r * gt) / det, bounds.b);
    const nextT = holdT ? t : clamp(t - clamp((p * gt - r * gb) / det, [-1, 1]), bounds.t);
    const nextX = nextT === t ? x : logs(nextT);
    const nextMiss = misses(nextB, nextX);
    const after = squares(nextMiss);
    if (!(after < cost)) {
      damping *= 10;
      continue;
    }
    const gained = cost - after;
    [b, t, x, miss, cost] = [nextB, nextT, nextX, nextMiss, after];
    damping = Math.max(1e-12, damping / 10);
    if (gained < 1e-12 * cost) break;
  }
  return { b, t, cost };
}

/** The minimum of a function on [low, high] by golden section, with its value. */
function golden<T extends { cost: number }>(
  f: (x: number) => T,
  low: number,
  high: number,
  rounds: number,
): { x: number; at: T } {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [x, y] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [fx, fy] = [f(x), f(y)];
  for (let round = 0; round < rounds; round++) {
    if (fx.cost < fy.cost) {
      [high, y, fy] = [y, x, fx];
      x = high - ratio * (high - low);
      fx = f(x);
    } else {
      [low, x, fx] = [x, y, fy];
      y = low + ratio * (high - low);
      fy = f(y);
    }
  }
  return fx.cost < fy.cost ? { x, at: fx } : { x: y, at: fy };
}

interface Shared {
  cost: number;
  logA: number;
  local: Local[];
}

/**
 * The best point near `start`, never worse than it, every parameter within its grid's ends: golden sections over ln a and, where
 * its grid has more than one value, over d; for each (a, d) the buckets are fitted one by one. With `anyD` the whole range of d
 * is searched and not the neighbourhood of its start.
 */
export function polish(
  series: readonly Series[],
  start: Point,
  grids: Grids,
  n0: number,
  law: Law,
  { rounds = 40, anyD = false } = {},
): Point {
  const ends = (grid: readonly number[]): [number, number] => [grid[0] as number, grid[grid.length - 1] as number];
  const [leastTau, mostTau] = ends(grids.tau);
  const bounds: Bounds = { b: ends(grids.b), t: law === "no-decay" ? [0, 0] : [Math.log(leastTau), Math.log(mostTau)] };
  const [leastA, mostA] = ends(grids.a).map(Math.log) as [number, number];
  let near: Local[] = start.b.map((b, s) => ({ b, t: Math.log(start.tau[s] as number), cost: 0 }));
  const at = (logA: number, d: number): Shared => {
    near = series.map((each, s) => localFit(each, logA - Math.log(n0), d, near[s] as Local, bounds, law));
    return { cost: near.reduce((sum, { cost }) => sum + cost, 0), logA, local: near };
  };
  let middle = Math.log(start.a);
  /** ln a within `span` of the best so far. */
  const bestA = (d: number, span: number): Shared => {
    const { x, at: found } = golden(
      (logA) => at(logA, d),
      Math.max(leastA, middle - span),
      Math.min(mostA, middle + span),
      rounds,
    );
    // The ends of the range are minima too, where a cannot do better inside.
    const all = [found, ...[leastA, mostA].filter((end) => Math.abs(end - x) < 1e-3).map((end) => at(end, d))];
    const best = all.reduce((p, q) => (q.cost < p.cost ? q : p));
    middle = best.logA;
    return best;
  };
  let d = start.d;
  let best = bestA(d, 2.5);
  if (grids.d.length > 1) {
    const [least, most] = ends(grids.d);
    const reach = anyD ? most - least : (1.5 * (most - least)) / (grids.d.length - 1);
    const found = golden(
      (value) => bestA(value, 1.5),
      Math.max(least, d - reach),
      Math.min(most, d + reach),
      anyD ? 12 : 24,
    );
    if (found.at.cost < best.cost) [best, d] = [found.at, found.x];
  }
  return { a: Math.exp(best.logA), d, b: best.local.map(({ b }) => b), tau: best.local.map(({ t }) => Math.exp(t)) };
}
