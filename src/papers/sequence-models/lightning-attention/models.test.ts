import { describe, expect, it } from "vitest";
import { type Rows, rowsOf } from "../../../kit/nets/tape/rows.ts";
import { Tape } from "../../../kit/nets/tape/tape.ts";
import { parameterCount, tensorOf } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { alphabetOf, decode, encode } from "./alphabet.ts";
import { rotateLinearly, rotatePairs } from "./head-operations.ts";
import type { LanguageModel } from "./language-model.ts";
import { multiplyEntries, normalise, swish } from "./model-operations.ts";
import { SoftmaxTransformer } from "./softmax-transformer.ts";
import { evaluateLanguageModel, trainLanguageModel } from "./train-language-model.ts";
import { TransNormer } from "./trans-normer.ts";

const draw = (random: Random, rows: number, width: number): Rows =>
  rowsOf(
    rows,
    width,
    Float32Array.from({ length: rows * width }, () => random.normal()),
  );

/** Largest gap between the tape's gradient of Σ out·g and central differences, over all inputs. */
function gradientGap(inputs: Rows[], operation: (inputs: Rows[]) => Rows): number {
  const random = new Random(99);
  const g = operation(inputs).data.map(() => random.normal());
  const value = () => operation(inputs).data.reduce((sum, x, i) => sum + x * (g[i] as number), 0);
  const tape = new Tape();
  const tracked = inputs.map((rows) => tape.track(rows));
  const out = operation(tracked);
  const flat = tape.blank(1, 1);
  tape.record(() => {
    for (let i = 0; i < g.length; i++) (out.grad as Float32Array)[i] = g[i] as number;
  });
  tape.backward(flat);
  let gap = 0;
  for (const [i, { data }] of inputs.entries()) {
    for (let at = 0; at < data.length; at++) {
      const kept = data[at] as number;
      data[at] = kept + 5e-3;
      const [above, high] = [value(), data[at] as number];
      data[at] = kept - 5e-3;
      const slope = (above - value()) / (high - (data[at] as number));
      data[at] = kept;
      gap = Math.max(gap, Math.abs(slope - (tracked[i]?.grad?.[at] as number)));
    }
  }
  return gap;
}

describe("operations of the models", () => {
  const random = new Random(1);
  const layout = { batch: 2, heads: 2 };

  it("have the gradients of finite differences", () => {
    const x = () => draw(random, 6, 4);
    expect(gradientGap([x()], ([a]) => normalise(a as Rows))).toBeLessThan(5e-3);
    expect(gradientGap([x()], ([a]) => swish(a as Rows))).toBeLessThan(5e-3);
    expect(gradientGap([x(), x()], ([a, b]) => multiplyEntries(a as Rows, b as Rows))).toBeLessThan(5e-3);
    expect(gradientGap([x(), draw(random, 1, 4)], ([a, b]) => multiplyEntries(a as Rows, b as Rows))).toBeLessThan(
      5e-3,
    );
    expect(gradientGap([x()], ([a]) => rotatePairs(a as Rows, layout))).toBeLessThan(5e-3);
    expect(
      gradientGap([x(), draw(random, 1, 4)], ([a, b]) => rotateLinearly(a as Rows, b as Rows, layout, 2)),
    ).toBeLessThan(5e-3);
  });

  it("encode positions by distances only", () => {
    const one = { batch: 1, heads: 1 };
    const [q, k] = [draw(random, 1, 4), draw(random, 1, 4)];
    const theta = draw(random, 1, 4);
    const dot = (a: Rows, b: Rows) => a.data.reduce((sum, x, i) => sum + x * (b.data[i] as number), 0);
    const linearly = (t: number, j: number) => dot(rotateLinearly(q, theta, one, t), rotateLinearly(k, theta, one, j));
    expect(linearly(9, 4)).toBeCloseTo(linearly(5, 0), 4);
    const cosines = q.data.map((x, c) => x * (k.data[c] as number) * Math.cos(5 * (theta.data[c] as number)));
    expect(linearly(5, 0)).toBeCloseTo(
      cosines.reduce((sum, x) => sum + x, 0),
      4,
    );
    const repeated = (x: Rows) => rowsOf(10, 4, Array.from({ length: 10 }, () => [...x.data]).flat());
    const [turnedQ, turnedK] = [rotatePairs(repeated(q), one), rotatePairs(repeated(k), one)];
    const row = ({ data }: Rows, t: number) => rowsOf(1, 4, data.subarray(4 * t, 4 * t + 4));
    expect(dot(row(turnedQ, 9), row(turnedK, 4))).toBeCloseTo(dot(row(turnedQ, 5), row(turnedK, 0)), 4);
  });
});

const sizes = { vocab: 7, dModel: 8, layers: 2, heads: 2 };
const models: [string, () => LanguageModel][] = [
  ["TransNormer", () => new TransNormer({ ...sizes, random: new Random(3) })],
  ["TransNormer without decay", () => new TransNormer({ ...sizes, decay: "none", random: new Random(3) })],
  ["softmax Transformer", () => new SoftmaxTransformer({ ...sizes, random: new Random(3) })],
];

describe.each(models)("%s", (_, make) => {
  const random = new Random(4);
  const ids = Int32Array.from({ length: 24 }, () => random.int(0, 6));
  const targets = Int32Array.from({ length: 24 }, () => random.int(0, 6));

  it("has the gradient of finite differences in every tensor", () => {
    const model = make();
    const { gradient } = model.lossAndGradient(ids, targets, 2);
    for (const [name, { data }] of Object.entries(model.parameters)) {
      const slopes = tensorOf(gradient, name).data;
      const at = slopes.reduce((best, x, i) => (Math.abs(x) > Math.abs(slopes[best] as number) ? i : best), 0);
      const kept = data[at] as number;
      const step = name.endsWith("theta") ? 1e-3 : 1e-2;
      data[at] = kept + step;
      const above = model.lossAndGradient(ids, targets, 2).loss;
      data[at] = kept - step;
      const slope = (above - model.lossAndGradient(ids, targets, 2).loss) / (2 * step);
      data[at] = kept;
      expect(Math.abs(slope - (slopes[at] as number)), name).toBeLessThan(2e-3 + 0.03 * Math.abs(slope));
    }
  });

  it("is causal, keeps sequences apart, and refuses unknown symbols", () => {
    const model = make();
    const whole = model.logits(ids, 2).data;
    const changed = ids.slice();
    changed[17] = ((changed[17] as number) + 1) % 7;
    const after = model.logits(changed, 2).data;
    expect([...after.subarray(0, 17 * 7)]).toEqual([...whole.subarray(0, 17 * 7)]);
    expect([...after.subarray(17 * 7)]).not.toEqual([...whole.subarray(17 * 7)]);
    const alone = model.logits(ids.subarray(12), 1).data;
    alone.forEach((value, i) => {
      expect(value).toBeCloseTo(whole[12 * 7 + i] as number, 4);
    });
    expect(() => model.logits(Int32Array.of(1, 7), 1)).toThrow(/symbol 1 is 7/);
    expect(() => model.logits(ids, 5)).toThrow(/24 symbols/);
  });

  it("learns a text that repeats", async () => {
    const model = make();
    const text = Int32Array.from({ length: 400 }, (_, i) => [0, 1, 2, 3, 4, 5, 6, 5, 3, 1][i % 10] as number);
    const score = () => evaluateLanguageModel(model, text, { context: 20 });
    const before = score();
    await trainLanguageModel(model, text, {
      context: 20,
      batch: 2,
      steps: 60,
      learningRate: 1e-2,
      random: new Random(5),
    });
    expect(before).toBeGreaterThan(1.8);
    expect(score()).toBeLessThan(0.5);
  });
});

describe("TransNormer", () => {
  const model = new TransNormer({ ...sizes, random: new Random(6) });
  const random = new Random(7);
  const ids = Int32Array.from({ length: 90 }, () => random.int(0, 6));

  it("reads in pieces what it reads at once, and draws from the same logits", () => {
    const { data, shape } = model.forward(ids);
    expect(shape).toEqual([90, 7]);
    const state = model.start();
    const pieces = [0, 1, 2, 40, 90].slice(1).map((to, i) => {
      return [...model.advance(ids.subarray([0, 1, 2, 40][i] ?? 0, to), state).data];
    });
    pieces.flat().forEach((value, i) => {
      expect(value).toBeCloseTo(data[i] as number, 3);
    });
    expect(state.position).toBe(90);
    const drawn = model.generate(ids, 5, new Random(1), { temperature: 0 });
    let read = ids;
    for (const symbol of drawn) {
      const logits = model.forward(read).data.subarray(-7);
      expect(symbol).toBe(logits.indexOf(Math.max(...logits)));
      read = Int32Array.from([...read, symbol]);
    }
    expect(model.generate(ids, 20, new Random(2))).toEqual(model.generate(ids, 20, new Random(2)));
  });

  it("gives a loss of log vocab when it knows nothing, and takes weights over", () => {
    const blank = new TransNormer({ ...sizes, random: new Random(8) });
    tensorOf(blank.parameters, "head").data.fill(0);
    expect(blank.loss(ids)).toBeCloseTo(Math.log(7), 5);
    blank.load(model.parameters);
    expect(blank.loss(ids)).toBe(model.loss(ids));
    expect(() => blank.load({})).toThrow(/embedding/);
    expect(() => new TransNormer({ ...sizes, heads: 3, random })).toThrow(/8 cannot be shared by 3/);
    expect(() => new TransNormer({ ...sizes, layers: 0, random })).toThrow(/layers is 0/);
  });

  it("has as many parameters as its rival within 3% at the sizes of the claim", () => {
    const claimed = { vocab: 72, dModel: 128, layers: 2, heads: 4, random };
    const [ours, theirs] = [new TransNormer(claimed), new SoftmaxTransformer(claimed)].map((m) =>
      parameterCount(m.parameters),
    ) as [number, number];
    expect(Math.abs(ours / theirs - 1)).toBeLessThan(0.03);
    expect(ours).toBeGreaterThan(300_000);
    expect(ours).toBeLessThan(500_000);
  });
});

describe("alphabet", () => {
  it("numbers characters and finds the way back", () => {
    const alphabet = alphabetOf("abca𝔸b\n");
    expect(alphabet).toEqual(["\ufffd", "\n", "a", "b", "c", "𝔸"]);
    expect([...encode("b𝔸x", alphabet)]).toEqual([3, 5, 0]);
    expect(decode(encode("cab\n", alphabet), alphabet)).toBe("cab\n");
    expect(alphabetOf("aab", 2)).toEqual(["\ufffd", "a"]);
  });
});
