import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { runClaim, testRun } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";
import type { Method } from "./contenders.ts";
import { judgeQuality } from "./quality.ts";
import { type Kind, type TrainingOutput, trainTrial } from "./quality-trial.ts";
import { type Cell, measureSpeed, type SpeedResult, type SpeedSetting, speedLengths } from "./speed.ts";
import { judgeSpeed, steppingReason } from "./speed-report.ts";

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((part) => [part.name, part.outcome]));

/** Small enough for a second or two; what depends on time is judged on counted work instead, below. */
const small = { tokens: 2048, width: 16, blockSize: 16, repetitions: 1, cellSeconds: 0.01, draws: 2 };

describe("claim of lightning-attention", () => {
  it("measures every part of quick scale; counts and exactness hold", async () => {
    const { verdict, tables, charts, notes } = await runClaim(claim, { seed: 20, params: small });
    expect(verdict.parts.map(({ name }) => name)).toEqual([
      "constant speed",
      "fixed cost",
      "exact",
      "faster than stepping",
      "crossover",
    ]);
    expect(outcomes(verdict.parts)).toMatchObject({ "fixed cost": "holds", exact: "holds" });
    expect(Object.keys(tables)).toEqual(["speed", "cost"]);
    expect(tables.speed?.rows).toHaveLength(9);
    expect(charts.speed?.alt).toContain("Lightning");
    expect(notes[0]).toContain("GFLOP/s");
  });

  it("loses its constant cost without blocks", async () => {
    const { verdict } = await runClaim(claim, { seed: 21, params: { ...small, ablate: "blocks" } });
    expect(outcomes(verdict.parts)["fixed cost"]).toBe("does not hold");
    expect(verdict.outcome).not.toBe("holds");
  });

  it("finds the same errors and costs for the same seed", async () => {
    const counted = async () => {
      const { verdict } = await runClaim(claim, { seed: 5, params: small });
      return verdict.parts.filter(({ name }) => name === "exact" || name === "fixed cost");
    };
    expect(await counted()).toEqual(await counted());
  });

  it("measures the models at full scale", async () => {
    const params = { ...small, trainTokens: 4000, seeds: 1, dModel: 16, layers: 1 };
    const { verdict, tables, charts } = await runClaim(claim, { seed: 22, scale: "full", params });
    expect(verdict.parts.map(({ name }) => name)).toContain("quality");
    expect(verdict.parts.map(({ name }) => name)).toContain("decay");
    expect(tables.rates?.rows).toHaveLength(3);
    expect(tables.quality?.rows.map(({ kind }) => kind)).toEqual(["TNL", "Transformer", "TNL without decay"]);
    expect(charts.training?.alt).toContain("Training loss");
  });
});

/** Cells as on a machine that takes its time for multiply-adds only, and the same for every one. */
async function onCountedWork(withoutBlocks: boolean): Promise<SpeedResult> {
  const setting: SpeedSetting = { ...small, decay: 0.1, withoutBlocks };
  const result = await measureSpeed(setting, testRun().run, () => undefined);
  const cells = result.cells.map((cell): Cell => {
    const rate = 1e9 / cell.multiplyAddsPerToken;
    return { ...cell, rates: [rate], best: rate };
  });
  return { ...result, cells };
}

describe("judgement of speed", () => {
  it("holds on counted work, except against the recurrence, which counts least", async () => {
    const judged = judgeSpeed(await onCountedWork(false));
    expect(outcomes(Object.entries(judged).map(([name, { outcome }]) => ({ name, outcome: String(outcome) })))).toEqual(
      {
        "constant speed": "holds",
        "fixed cost": "true",
        "faster than stepping": "false",
        crossover: "inconclusive",
      },
    );
  });

  it("flips on counted work without blocks", async () => {
    const judged = judgeSpeed(await onCountedWork(true));
    expect(judged["constant speed"].outcome).toBe("does not hold");
    expect(judged["fixed cost"].outcome).toBe(false);
  });

  /** Speeds by length for three methods. */
  function speeds(lightning: number[], softmax: number[], recurrence: number[]): SpeedResult {
    const lengths = speedLengths(32_768);
    const cells = Object.entries({ lightning, softmax, recurrence }).flatMap(([method, rates]) =>
      rates.map((best, i): Cell => {
        const n = lengths[i] ?? 0;
        return {
          method: method as Method,
          pass: "forward",
          n,
          rates: [best],
          best,
          multiplyAddsPerToken: 1,
          workingBytes: 1,
        };
      }),
    );
    return { lengths, cells, clock: "", kernelRate: 1 };
  }

  it("decides by the inequalities of the card", () => {
    const flat = [100, 100, 100, 100, 100, 100];
    const falling = [200, 150, 90, 60, 40, 20];
    const slow = flat.map(() => 40);
    const good = judgeSpeed(speeds(flat, falling, slow));
    expect(good["constant speed"].outcome).toBe("holds");
    expect(good["faster than stepping"].outcome).toBe(true);
    expect(good.crossover.outcome).toBe(true);
    expect(good.crossover.measured[0]).toMatchObject({ value: 4096 });
    expect(judgeSpeed(speeds([100, 90, 80, 80, 80, 74], falling, slow))["constant speed"].outcome).toBe(
      "does not hold",
    );
    expect(judgeSpeed(speeds(flat, [200, 150, 90, 60, 55, 51], slow))["constant speed"].outcome).toBe("does not hold");
    const even = judgeSpeed(speeds(flat, [200, 200, 200, 200, 110, 40], [40, 40, 51, 40, 40, 40]));
    expect(even["faster than stepping"].outcome).toBe(false);
    expect(even.crossover.outcome).toBe(false);
    expect(steppingReason(speeds(flat, falling, flat), 64)).toMatch(/20,480/);
    expect(steppingReason(speeds(flat, falling, slow), 64)).toBeUndefined();
  });
});

describe("judgement of quality", () => {
  const trained = (kind: Kind, losses: number[]) =>
    losses.map((loss, seed): TrainingOutput => {
      return { kind, seed, loss, longLoss: loss, learningRate: 1e-3, parameters: 1, curve: [] };
    });

  it("allows 5% and asks for the decay in every seed", () => {
    const judge = (ours: number[], theirs: number[], without: number[]) => {
      const { quality, decay } = judgeQuality([
        ...trained("TNL", ours),
        ...trained("Transformer", theirs),
        ...trained("TNL without decay", without),
      ]);
      return [quality.outcome, decay.outcome];
    };
    expect(judge([2.1, 2.0], [2, 2], [2.2, 2.1])).toEqual([true, true]);
    expect(judge([2.12, 2.1], [2, 2], [2.2, 2.05])).toEqual([false, false]);
  });

  it("trains the same model from the same seed", async () => {
    const random = new Random(3);
    const text = Int32Array.from({ length: 3000 }, (_, i) => (i * i) % 10);
    const input = {
      kind: "TNL" as const,
      learningRate: 1e-2,
      seed: 8,
      vocab: 10,
      train: text,
      heldOut: text,
      tokens: 2000,
    };
    const once = () =>
      trainTrial(
        { ...input, dModel: 8, layers: 1, extrapolate: true },
        { random, signal: new AbortController().signal },
      );
    const first = await once();
    expect(first).toEqual(await once());
    expect(first.loss).toBeLessThan(2.2);
  });
});
