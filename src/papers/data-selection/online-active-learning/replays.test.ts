import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { applyTool, toolInput } from "../../../kit/testing.ts";
import { compare, winner } from "./comparison-report.ts";
import { blocksOf, errorGap, errorOf, type Replay, type Replayed } from "./replays.ts";
import { coinChances, hasCoin, type StrategyName, strategyNames } from "./strategies.ts";
import { driftingStream } from "./streams.ts";
import { tools } from "./tool.ts";

const replay = (blocks: number[]): Replay => ({ blocks, labels: 1, labelRate: 0.1, drifts: 0 });
const named = (strategy: string, ...replays: Replay[]): Replayed => ({ strategy, replays });

describe("errorGap", () => {
  it("weighs blocks by their rows, and is the difference of the errors", () => {
    const blocks = blocksOf(10, 4);
    expect(blocks.sizes).toEqual([4, 4, 2]);
    expect(errorOf(replay([0.5, 0.25, 1]), blocks)).toBeCloseTo(5 / 10, 12);
    expect(errorOf(replay([4, 9, 1]), blocksOf(12, 4, Math.sqrt))).toBeCloseTo(Math.sqrt(14 / 3), 12);
    const ours = named("a", replay([0.5, 0.25, 1]), replay([0, 0, 0]));
    const gap = errorGap(ours, named("b", replay([1, 1, 1])), blocks, new Random(1), 0.95);
    expect(gap.value).toBeCloseTo(0.25 - 1, 12);
  });

  it("has no width where the difference is the same in every block, and that of the blocks' mean elsewhere", () => {
    const random = new Random(2);
    const blocks = blocksOf(400, 10);
    const base = blocks.sizes.map(() => random.float());
    const flat = errorGap(named("a", replay(base.map((e) => e - 0.1))), named("b", replay(base)), blocks, random, 0.95);
    expect(flat.high - flat.low).toBeLessThan(1e-12);
    const noise = base.map(() => random.normal(0, 0.2));
    const noisy = errorGap(
      named("a", replay(base.map((e, i) => e + (noise[i] ?? 0)))),
      named("b", replay(base)),
      blocks,
      random,
      0.95,
    );
    const n = noise.length;
    const centre = noise.reduce((sum, v) => sum + v, 0) / n;
    const error = Math.sqrt(noise.reduce((sum, v) => sum + (v - centre) ** 2, 0)) / n;
    expect(noisy.value).toBeCloseTo(centre, 10);
    expect(Math.abs((noisy.high - noisy.low) / (2 * 1.96 * error) - 1)).toBeLessThan(0.15);
  });

  it("knows that coins fell by chance: replays that differ widen the interval", () => {
    const blocks = blocksOf(400, 10);
    const flat = (level: number) => replay(blocks.sizes.map(() => level));
    const gap = errorGap(named("a", flat(0.1), flat(0.5)), named("b", flat(0.3)), blocks, new Random(3), 0.95);
    expect(gap.low).toBeCloseTo(-0.2, 10);
    expect(gap.high).toBeCloseTo(0.2, 10);
  });
});

describe("a comparison on one stream", () => {
  async function simulate(seed: number, strategy: StrategyName[], options = {}) {
    const rows = driftingStream("gradual", { length: 3000, dimension: 4, random: new Random(seed) });
    const lines = rows.map(({ x, y }) => [...Array.from(x, (v) => v.toFixed(3)), y].join(","));
    const input = toolInput({ stream: { "s.csv": `a,b,c,d,y\n${lines.join("\n")}\n` } });
    return applyTool(tools[0], input, { strategy, ...options });
  }

  it("names a winner where its interval against the best coin lies below 0, and none elsewhere", async () => {
    const clear = await simulate(1, ["variable"]);
    expect(clear.summary).toMatch(
      /variable errs on 19\.\d% and random labelling \(p = [\d.]+\) on 2\d\.\d%, [\d.]+ points more \(95% from \d/,
    );
    const row = clear.tables.comparison?.rows[1];
    expect(Number(row?.high)).toBeLessThan(0);
    const open = await simulate(2, ["variable"]);
    expect(Number(open.tables.comparison?.rows[1]?.high)).toBeGreaterThan(0);
    expect(Number(open.tables.comparison?.rows[1]?.gap)).toBeLessThan(0);
    expect(open.summary).toContain("no other strategy does better beyond chance");
    expect(winner([])).toBeUndefined();
    expect((await simulate(2, ["random"])).summary).toMatch(
      /labels: random labelling \(p = [\d.]+\) errs on [\d.]+%\.$/,
    );
  });

  it("replays what has no coin once, and says rightly what has one", async () => {
    const { tables } = await simulate(3, strategyNames.slice(1), { repeats: 2 });
    for (const row of tables.comparison?.rows.slice(1) ?? []) {
      const name = strategyNames.find((one) => one === row.strategy) ?? "random";
      if (hasCoin(name)) expect(row.lowest, name).not.toBe(row.highest);
      else expect(row.lowest, name).toBe(row.highest);
    }
  });

  it("holds all strategies against the same arm, with wider intervals the more they are", async () => {
    const blocks = blocksOf(400, 10);
    const random = new Random(5);
    const noisy = (name: string) => named(name, replay(blocks.sizes.map(() => random.float())));
    const [base, ...others] = [noisy("random"), noisy("a"), noisy("b"), noisy("c")];
    const run = { random } as Parameters<typeof compare>[3];
    const width = (list: readonly Replayed[]) => {
      const gap = compare(base as Replayed, list, blocks, run)[1]?.gap; // the first of the list is there
      return (gap?.high ?? 0) - (gap?.low ?? 0);
    };
    expect(width(others)).toBeGreaterThan(width(others.slice(0, 1)));
    expect(coinChances(0.05)).toEqual([0.075000000000000011, 0.1, 0.2, 1].map((p) => expect.closeTo(p, 12)));
    expect(coinChances(0.9)).toEqual([1]);
  });
});
