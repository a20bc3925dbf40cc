import { describe, expect, it } from "vitest";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { runClaim } from "../../../kit/testing.ts";
import { type Bench, setUp } from "../adamerging/experiment.ts";
import { initEncoder, taskAccuracy } from "../digit-tasks.ts";
import { taskArithmetic, taskVector } from "../task-vectors.ts";
import guide from "./card.ts";
import { claim } from "./claim.ts";
import {
  type Ablation,
  accuracies,
  ada,
  average,
  bestExpert,
  fisher,
  greedySoup,
  reordered,
  retention,
} from "./methods.ts";

/** Quick, with a smaller network, less training and fewer images. */
const small = {
  ...{ seeds: 3, width: 64, domainSteps: 150, poolImages: 400, heldOutImages: 300 },
  ...{ steps: 80, gridPoints: 6, fisherExamples: 60 },
};
/** Enough to see a difference vanish. */
const tiny = {
  seeds: 2,
  width: 16,
  expertSteps: 4,
  domainSteps: 4,
  validationImages: 60,
  poolImages: 50,
  heldOutImages: 60,
  steps: 3,
  gridPoints: 3,
  fisherExamples: 10,
  probeExamples: 50,
};

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((part) => [part.name, part.outcome]));

/** Which part falls with which idea, where taking it away leaves no difference. */
const falls: [Ablation, string][] = [
  ["scale", "tuned scale"],
  ["selection", "spoiled expert"],
  ["fishers", "far domains"],
  ["features", "new task"],
];

describe("the comparison of the field", () => {
  it("points the right way in every part, and shows every method on every task", async () => {
    const { verdict, tables, charts, notes } = await runClaim(claim, { seed: 1, params: small });
    const found = outcomes(verdict.parts);
    // Three seeds of a small network leave some intervals open; none of the required parts may point the other way.
    const clear = ["plain average", "far domains", "old and new"];
    expect(clear.map((name) => found[name])).toEqual(clear.map(() => "holds"));
    for (const { required, outcome, measured } of verdict.parts) {
      if (!required) continue;
      expect(outcome).not.toBe("does not hold");
      expect(measured[0]?.value).toBeGreaterThan(0);
    }
    expect(tables.methods?.rows).toHaveLength(20);
    expect(tables.methods?.rows[2]).toMatchObject({ method: "plain average", run: 1 });
    expect(tables.situations?.rows.map(({ situation }) => situation)).toContain("new task");
    expect(Object.keys(charts)).toEqual(["even", "uneven"]);
    expect(charts.uneven?.alt).toMatch(/one expert spoiled.*greedy soup 0\.\d{3}/);
    expect(notes.join()).toMatch(/Mixture-of-shards/);
  }, 240_000);

  it.each(falls)("without %s the part '%s' measures nothing", async (ablate, name) => {
    const { verdict } = await runClaim(claim, { seed: 2, params: { ...tiny, ablate } });
    const part = verdict.parts.find((one) => one.name === name);
    expect(part?.outcome).toBe("does not hold");
    expect(part?.measured[0]?.value).toBeCloseTo(0, 12);
    expect(verdict.outcome).not.toBe("holds");
  });

  it("repeats itself, with every part of the card", async () => {
    const once = await runClaim(claim, { seed: 5, params: tiny });
    expect((await runClaim(claim, { seed: 5, params: tiny })).verdict).toEqual(once.verdict);
    expect(once.verdict.parts.map(({ name }) => name)).toEqual(guide.card.claim.parts.map(({ name }) => name));
  });
});

/** Largest difference of two trees. */
function far(a: ParamTree, b: ParamTree): number {
  let most = 0;
  for (const [name, { data }] of Object.entries(a)) {
    for (const [i, value] of data.entries()) most = Math.max(most, Math.abs(value - (b[name]?.data[i] ?? Number.NaN)));
  }
  return most;
}

const settings = {
  ...{ width: 48, ancestorImages: 300, ancestorSteps: 80, expertImages: 400, expertSteps: 60 },
  ...{ validationImages: 200, poolImages: 50, heldOutImages: 300, factor: 6, steps: 1, learningRate: 0.01 },
  ...{ batch: 8, gridPoints: 3, ablate: "none" as const },
};

describe("the methods on one bench", async () => {
  const bench: Bench = await setUp(settings, new Random(7));
  const given = { bench, vectors: bench.vectors, ablate: "none" as const };
  const score = (params: Parameters<typeof accuracies>[1]): number =>
    accuracies(bench, params).reduce((a, b) => a + b, 0);

  it("need one ancestor: with hidden units reordered experts are as good as before, and merges are lost", () => {
    const experts = bench.experts.map((expert, k) => reordered(expert, new Random(k)));
    for (const [k, expert] of experts.entries()) {
      const [task, original] = [bench.heldOut[k], bench.experts[k]];
      if (!task || !original) throw new Error("one task an expert");
      expect(taskAccuracy(bench.network, expert, task)).toBeCloseTo(taskAccuracy(bench.network, original, task), 2);
    }
    const lost = { ...given, vectors: experts.map((expert) => taskVector(bench.pretrained, expert)) };
    expect(score(average(lost))).toBeLessThan(score(average(given)) - 0.4);
    expect(score(average(lost))).toBeLessThan(score(bestExpert(given)));
    expect(retention(lost, 0.5).others).toBeLessThan(retention(given, 0.5).others - 0.1);
  });

  it("reorder no function: logits stay the same", () => {
    const encoder = initEncoder([100, 48, 48, 64], new Random(1));
    const [task] = bench.heldOut;
    if (!task) throw new Error("there are tasks");
    const logits = (tree: typeof encoder): Float32Array =>
      bench.network.logits({ ...tree, ...task.head }, task.images, 20);
    const [before, after] = [logits(encoder), logits(reordered(encoder, new Random(2)))];
    for (const [i, value] of before.entries()) expect(after[i]).toBeCloseTo(value, 3);
  });

  it("without learnt coefficients AdaMerging is task arithmetic at 0.3", async () => {
    const still = await ada({ ...given, ablate: "coefficients" });
    expect(far(still, taskArithmetic(bench.pretrained, bench.vectors, 0.3))).toBeLessThan(1e-6);
  });

  it("agree where they must: a soup of equals is one of them, Fishers of 1 give the average", async () => {
    const same = { ...given, vectors: bench.vectors.map(() => bench.vectors[0] ?? {}) };
    const [soup, single] = [greedySoup(same), bestExpert(same)];
    expect(far(soup, single)).toBeLessThan(1e-6);
    expect(far(await fisher({ ...given, ablate: "fishers" }, 10), average(given))).toBeLessThan(1e-6);
  });
});
