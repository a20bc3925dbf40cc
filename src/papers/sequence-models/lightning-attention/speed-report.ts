import { intervalLayers } from "../../../kit/charts.ts";
import type { Measured, Row, Run } from "../../../kit/paper.ts";
import { all, measured, type PartResult } from "../../../kit/verdict.ts";
import type { Contender, Method } from "./contenders.ts";
import { cellOf, longOverShort, type SpeedResult } from "./speed.ts";

const longest = ({ lengths }: SpeedResult): number => lengths[lengths.length - 1] ?? 0;
const shortest = ({ lengths }: SpeedResult): number => lengths[0] ?? 0;

/** Methods and passes that were timed, in order. */
function timed({ cells }: SpeedResult): { method: Method; pass: Contender["pass"] }[] {
  const seen = new Map(cells.map(({ method, pass }) => [`${method} ${pass}`, { method, pass }]));
  return [...seen.values()];
}

/** Tables and the chart, growing with every round. */
export function showSpeed(run: Run, result: SpeedResult, tokens: number): void {
  run.table("speed", {
    title: `Thousand tokens per second, fastest repetition, ${tokens.toLocaleString("en")} tokens as sequences of length n`,
    columns: [
      { key: "method", label: "method" },
      { key: "pass", label: "pass" },
      ...result.lengths.map((n) => ({ key: `n${n}`, label: `n = ${n}`, digits: 1 })),
      { key: "ratio", label: "R, longest ÷ shortest", digits: 3 },
    ],
    rows: timed(result).map(({ method, pass }): Row => {
      const row: Row = { method, pass };
      for (const n of result.lengths) {
        const cell = cellOf(result, method, pass, n);
        row[`n${n}`] = cell ? cell.best / 1000 : null;
      }
      row.ratio = longOverShort(result, method, pass)?.value ?? null;
      return row;
    }),
  });
  run.table("cost", {
    title: "Counted cost: multiply-adds and working memory, and the arithmetic rate they come to",
    columns: [
      { key: "method", label: "method" },
      { key: "pass", label: "pass" },
      { key: "n", label: "n", digits: 0 },
      { key: "work", label: "multiply-adds per token", digits: 0 },
      { key: "memory", label: "working memory", unit: "kB", digits: 1 },
      { key: "rate", label: "arithmetic", unit: "GFLOP/s", digits: 1 },
      { key: "repetitions", label: "repetitions", digits: 0 },
    ],
    rows: result.cells
      .filter(({ n }, _, cells) => n === shortest(result) || n === Math.max(...cells.map((cell) => cell.n)))
      .map((cell): Row => {
        return {
          method: cell.method,
          pass: cell.pass,
          n: cell.n,
          work: cell.multiplyAddsPerToken,
          memory: cell.workingBytes / 1024,
          rate: (2 * cell.multiplyAddsPerToken * cell.best) / 1e9,
          repetitions: cell.rates.length,
        };
      }),
  });
  run.chart("speed", speedChart(result));
}

function speedChart(result: SpeedResult) {
  const values = result.cells.map(({ method, pass, n, best, rates }) => ({
    method,
    pass,
    n,
    speed: best,
    slowest: Math.min(...rates),
  }));
  const x = { field: "n", type: "quantitative", scale: { type: "log", base: 2 }, title: "sequence length n" };
  const y = { field: "speed", title: "tokens per second", scale: { type: "log" } };
  const color = { field: "method", type: "nominal", title: "method" };
  const strokeDash = { field: "pass", type: "nominal", title: "pass" };
  return {
    alt: `Tokens per second against sequence length from ${shortest(result)} to ${longest(result)}, both on log scales: Lightning Attention and the recurrences run level, softmax and the quadratic form fall with length. Bars reach down to the slowest repetition.`,
    spec: {
      width: "container",
      data: { values },
      layer: intervalLayers("y", y, { x, color }, { mark: "line", low: "slowest", high: "speed", strokeDash }),
    },
  };
}

/** R of a method, with the range over rounds. */
function ratio(label: string, found: ReturnType<typeof longOverShort>): Measured[] {
  if (!found) return [];
  const { value, low, high, n } = found;
  return [{ label, value, low, high, n }];
}

/** The parts of the claim that rest on timing and counting; pure in what was measured. */
export function judgeSpeed(
  result: SpeedResult,
): Record<"constant speed" | "fixed cost" | "faster than stepping" | "crossover", PartResult> {
  const forward = longOverShort(result, "lightning", "forward");
  const backward = longOverShort(result, "lightning", "with backward");
  const softmax = longOverShort(result, "softmax", "forward");
  const ours = result.cells.filter(({ method, pass }) => method === "lightning" && pass === "forward");
  const costs = result.cells.filter(({ method }) => method === "lightning");
  const same = (pick: (cell: (typeof costs)[number]) => number): boolean =>
    (["forward", "with backward"] as const).every(
      (pass) => new Set(costs.filter((cell) => cell.pass === pass).map(pick)).size <= 1,
    );
  const edge = (pick: (cell: (typeof costs)[number]) => number, n: number): number =>
    pick(ours.find((cell) => cell.n === n) ?? (ours[0] as (typeof costs)[number])); // lightning is always timed
  const over = (rival: Method) =>
    result.lengths.flatMap((n) => {
      const [a, b] = [cellOf(result, "lightning", "forward", n), cellOf(result, rival, "forward", n)];
      return a && b ? [{ n, factor: a.best / b.best }] : [];
    });
  const stepping = over("recurrence");
  const factors = stepping.map(({ factor }) => factor);
  const [slowest, fastest] = [Math.min(...factors), Math.max(...factors)];
  const rivals = over("softmax");
  const start = rivals[rivals.findLastIndex(({ factor }) => factor <= 1) + 1]?.n;
  const long = rivals.filter(({ n }) => n >= 4096);
  return {
    "constant speed": {
      outcome: all([
        (forward?.value ?? 0) >= 0.75,
        backward === undefined || backward.value >= 0.75,
        softmax === undefined ? "inconclusive" : softmax.value <= 0.25,
      ]),
      measured: [
        ...ratio("R(lightning), forward", forward),
        ...ratio("R(lightning), with backward", backward),
        ...ratio("R(softmax), forward", softmax),
        ...ratio("R(softmax), with backward", longOverShort(result, "softmax", "with backward")),
      ],
    },
    "fixed cost": {
      outcome: same(({ workingBytes }) => workingBytes) && same((cell) => Math.round(cell.multiplyAddsPerToken)),
      measured: [shortest(result), longest(result)].flatMap((n) => [
        measured(
          `working memory, forward, n = ${n}`,
          edge(({ workingBytes }) => workingBytes, n),
          "bytes",
        ),
        measured(
          `multiply-adds per token, forward, n = ${n}`,
          edge((cell) => cell.multiplyAddsPerToken, n),
        ),
      ]),
    },
    "faster than stepping": {
      outcome: factors.length > 0 ? slowest >= 2 : "inconclusive",
      measured: [
        measured("least lightning ÷ recurrence over lengths", slowest),
        measured("greatest lightning ÷ recurrence over lengths", fastest),
        ...over("recurrence, plain loops")
          .slice(0, 1)
          .map(({ n, factor }) => measured(`lightning ÷ recurrence in plain loops, n = ${n}`, factor)),
      ],
    },
    crossover: {
      outcome: long.length === 0 ? "inconclusive" : long.every(({ factor }) => factor > 1),
      measured: [
        ...(start === undefined ? [] : [measured("shortest measured length from which lightning is faster", start)]),
        ...rivals.slice(0, 1).map(({ n, factor }) => measured(`lightning ÷ softmax, n = ${n}`, factor)),
        ...rivals.slice(-1).map(({ n, factor }) => measured(`lightning ÷ softmax, n = ${n}`, factor)),
      ],
      ...(long.length === 0 ? { reason: "no length of 4096 or more was measured" } : {}),
    },
  };
}

/** Why stepping wins or loses here, from the counts. */
export function steppingReason(result: SpeedResult, width: number): string | undefined {
  const n = longest(result);
  const [ours, theirs] = [cellOf(result, "lightning", "forward", n), cellOf(result, "recurrence", "forward", n)];
  if (!ours || !theirs || ours.best >= 2 * theirs.best) return undefined;
  const state = (4 * width * width) / 1024;
  return (
    `the state of ${state} kB stays in this core's cache, so stepping waits for no memory, and per token it needs ` +
    `${(5 * width * width).toLocaleString("en")} floating-point operations against ` +
    `${Math.round(2 * ours.multiplyAddsPerToken).toLocaleString("en")}; with equal arithmetic on both sides a factor of 2 is out of reach`
  );
}
