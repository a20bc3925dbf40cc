import { describe, expect, it } from "vitest";
import { sigmoid } from "../../../kit/logistic.ts";
import { type Rows, rowsOf } from "../../../kit/nets/tape/rows.ts";
import { Random } from "../../../kit/random.ts";
import { deepSetSelector, itemwiseWidth, perElementSelector } from "./equivariant.ts";
import { meanJaccardOf } from "./fit-selector.ts";
import { meanJaccard, topIndices } from "./jaccard.ts";
import { drawMasks, meanField, meanFieldExact, meanFieldGradient, meanFieldStep } from "./mean-field.ts";
import { elboStep, propose } from "./proposal.ts";
import { Scorer } from "./scorer.ts";
import { setTransformerSelector, transformerWidth } from "./set-transformer.ts";
import { packSets, type SetExample } from "./sets.ts";
import { initSubsetModel, matchedWidth, type SubsetConfig, type SubsetModel, scoreParameters } from "./subset-model.ts";
import {
  marginals,
  marginalsOf,
  selectSubset,
  setScore,
  subsetLearner,
  subsetLoss,
  trainSubsetSelector,
} from "./subset-selector.ts";

const dim = 3;
const random = (label: string) => new Random(7).fork(label);
const draw = (m: number, label: string): Rows => {
  const source = random(label);
  return rowsOf(
    m,
    dim,
    Float32Array.from({ length: m * dim }, () => source.normal()),
  );
};
const rowsAt = (items: Rows, order: readonly number[]): Rows =>
  rowsOf(
    order.length,
    items.width,
    order.flatMap((i) => [...items.data.subarray(i * items.width, (i + 1) * items.width)]),
  );
/** A model with weights large enough to tell sets apart. */
function model(config: Partial<SubsetConfig> = {}, scale = 1): SubsetModel {
  const made = initSubsetModel({ dim, hidden: 16, ...config }, random("model"));
  for (const { data } of Object.values(made.params))
    for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) * scale;
  return made;
}
const kinds = [{ superset: "sum" }, { superset: "concat" }, { superset: "sum", shareEncoder: false }] as const;

describe("the set function", () => {
  it.each([{ superset: "none" } as const, ...kinds])("ignores the order of V and of S: %j", (config) => {
    const made = model(config);
    const items = draw(6, "items");
    const order = [3, 0, 5, 1, 4, 2];
    const before = setScore(made, items, [1, 4, 5]);
    const after = setScore(made, rowsAt(items, order), [2, 3, 4]); // where 5, 1 and 4 went, in another order
    expect(after).toBeCloseTo(before, 5);
  });

  it.each(kinds)("depends on what is left out with INSET, and not in the base: %j", (config) => {
    const items = draw(6, "items");
    const moved = rowsOf(
      6,
      dim,
      items.data.map((x, at) => (at < dim ? x + 4 : x)),
    ); // item 0 is not chosen
    const base = model({ superset: "none" });
    expect(setScore(base, moved, [2, 3])).toBe(setScore(base, items, [2, 3]));
    const inset = model(config);
    expect(Math.abs(setScore(inset, moved, [2, 3]) - setScore(inset, items, [2, 3]))).toBeGreaterThan(1e-3);
  });

  it.each(kinds)("is the base exactly when the superset's weights are 0: %j", (config) => {
    const inset = model(config);
    for (const [name, { data }] of Object.entries(inset.params)) if (name.startsWith("head.superset")) data.fill(0);
    const base = model({ superset: "none" });
    const items = draw(6, "items");
    for (const subset of [[], [0], [1, 2, 5]]) {
      expect(setScore(inset, items, subset)).toBe(setScore(base, items, subset));
    }
  });

  it("starts within ±1/√inputs behind φ, biases too", () => {
    const { params } = initSubsetModel({ dim, hidden: 100 }, random("start"));
    for (const name of ["head.subset.weight", "head.inner.weight", "head.inner.bias"]) {
      const values = [...(params[name]?.data ?? [])];
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.1 + 1e-6);
      expect(100 * (values.reduce((sum, v) => sum + v * v, 0) / values.length)).toBeCloseTo(1 / 3, 1);
    }
    expect(params["phi.layers.0.bias"]?.data.every((v) => v === 0)).toBe(true);
  });

  it("gives a base of matched width as many parameters", () => {
    const count = scoreParameters(initSubsetModel({ dim: 16 }, random("a")));
    const width = matchedWidth({ dim: 16 }, count);
    const base = scoreParameters(initSubsetModel({ dim: 16, superset: "none", width }, random("a")));
    expect(Math.abs(base / count - 1)).toBeLessThan(0.01);
  });

  it("refuses positions out of range or named twice, empty sets and items of another width", () => {
    const made = model();
    expect(() => setScore(made, draw(4, "x"), [4])).toThrow(/position 4 is not one of 0 to 3/);
    expect(() => setScore(made, draw(4, "x"), [1, 1])).toThrow(/1 is chosen twice/);
    expect(() => setScore(made, rowsOf(0, dim, []), [])).toThrow(/empty/);
    expect(() => packSets([draw(2, "x"), rowsOf(1, 2, [0, 0])], dim)).toThrow(/example 2: items have 2 numbers and 3/);
    expect(() => selectSubset(made, draw(4, "x"), 5)).toThrow(/5 of 4 items/);
    expect(() => initSubsetModel({ dim, hidden: 0 }, random("a"))).toThrow(/hidden: 0/);
    expect(() => initSubsetModel({ dim, start: 1 }, random("a"))).toThrow(/start: 1/);
  });
});

describe("the mean field", () => {
  it.each(["none", "sum", "concat"] as const)("comes near enumeration with many samples: %s", (superset) => {
    const made = model({ superset, samples: 3000, start: 0.3 }, 2);
    const items = draw(5, "items");
    const score = (bits: number): number =>
      setScore(
        made,
        items,
        [0, 1, 2, 3, 4].filter((j) => bits & (1 << j)),
      );
    const exact = meanFieldExact(score, 5, 1, 0.3);
    const sampled = marginals(made, items, random("draws"));
    for (let j = 0; j < 5; j++) expect(sampled[j]).toBeCloseTo(exact[j] ?? 0, 1.5);
    const spread = Math.max(...exact) - Math.min(...exact);
    expect(spread).toBeGreaterThan(0.05);
  });

  it("is σ(a_j) in one step for a modular function, however few the samples", () => {
    const weights = [0.5, -1, 2, 0];
    const modular = (bits: number): number => weights.reduce((sum, a, j) => sum + (bits & (1 << j) ? a : 0), 0);
    const exact = meanFieldExact(modular, 4, 1);
    weights.forEach((a, j) => {
      expect(exact[j]).toBeCloseTo(sigmoid(a), 12);
    });
    // A network that is linear where it is used: large biases keep every ReLU open, so F is modular up to a constant.
    const made = model({ superset: "none", samples: 1 }, 0.1);
    made.params["head.subset.bias"]?.data.fill(50);
    made.params["head.inner.bias"]?.data.fill(50);
    const items = draw(4, "items");
    const [once, twice] = [marginals(made, items, new Random(1)), marginals(made, items, new Random(2))];
    const empty = setScore(made, items, []);
    for (let j = 0; j < 4; j++) {
      expect(once[j]).toBeCloseTo(twice[j] ?? 0, 5);
      expect(once[j]).toBeCloseTo(sigmoid(setScore(made, items, [j]) - empty), 4);
    }
  });

  it.each([{ superset: "none" } as const, ...kinds])("has the gradient that differences give: %j", (config) => {
    const made = model({ ...config, meanFieldSteps: 2, samples: 3 });
    const scorer = new Scorer(made);
    const sets = packSets([draw(4, "a"), draw(6, "b")], dim);
    const targets = Int8Array.of(1, 0, -1, 0, 0, 1, 1, 0, -1, 0);
    const start = new Float64Array(10).fill(0.4);
    const loss = (): number => {
      const encoded = scorer.encode(sets);
      const step = meanField(scorer, encoded, start, random("fixed"), { steps: 2, samples: 3 });
      return subsetLoss(step.logits, targets, 2).loss;
    };
    const encoded = scorer.encode(sets);
    const step = meanField(scorer, encoded, start, random("fixed"), { steps: 2, samples: 3 });
    const gradient = meanFieldGradient(scorer, encoded, step, subsetLoss(step.logits, targets, 2).slope);
    expect(Object.keys(gradient).sort()).toEqual(Object.keys(made.params).sort());
    checkGradient(made, gradient, loss);
  });

  it.each(["independent", "copula"] as const)(
    "climbs the ELBO along the gradient that differences give: %s",
    (amortized) => {
      const made = model({ amortized, samples: 4, rank: 2 });
      const scorer = new Scorer(made);
      const sets = packSets([draw(4, "a"), draw(5, "b")], dim);
      const step = () => {
        const options = { straightThrough: false, temperature: 1 };
        return elboStep(scorer, scorer.encode(sets), propose(made, sets), random("noise"), options);
      };
      const { gradient } = step();
      expect(Object.keys(gradient).every((name) => name.startsWith("proposal."))).toBe(true);
      checkGradient(made, gradient, () => step().elbo);
    },
  );

  it("treats sets of different sizes in one batch as if each were alone", () => {
    const made = model();
    const sets = [draw(3, "a"), draw(7, "b"), draw(1, "c")];
    const masks = sets.map(({ rows }, i) => drawMasks(new Float64Array(rows).fill(0.5), 1, random(`mask ${i}`)));
    const scorer = new Scorer(made);
    const alone = sets.map(
      (set, i) => meanFieldStep(scorer, scorer.encode(packSets([set], dim)), masks[i] as Uint8Array).logits,
    );
    const joint = meanFieldStep(
      scorer,
      scorer.encode(packSets(sets, dim)),
      Uint8Array.from(masks.flatMap((m) => [...m])),
    );
    alone
      .flatMap((logits) => [...logits])
      .forEach((logit, j) => {
        expect(joint.logits[j]).toBeCloseTo(logit, 5);
      });
  });

  it("splits many sets into passes without changing how many there are", () => {
    const made = model({ samples: 40 });
    const sets = Array.from({ length: 60 }, (_, i) => draw(1 + (i % 13), `set ${i}`));
    const all = marginalsOf(made, sets, new Random(1));
    expect(all.map(({ length }) => length)).toEqual(sets.map(({ rows }) => rows));
  });
});

/** Compares some entries of every tensor's gradient with central differences. */
function checkGradient(made: SubsetModel, gradient: SubsetModel["params"], value: () => number): void {
  for (const [name, { data }] of Object.entries(gradient)) {
    const parameter = made.params[name]?.data as Float32Array;
    for (const at of new Set([0, data.length >> 1, data.length - 1])) {
      const [kept, h] = [parameter[at] as number, 5e-4];
      parameter[at] = kept + h;
      const above = value();
      parameter[at] = kept - h;
      const below = value();
      parameter[at] = kept;
      const slope = (above - below) / (2 * h);
      expect(Math.abs((data[at] as number) - slope), `${name}[${at}]: ${data[at]} and ${slope}`).toBeLessThan(
        2e-3 + 0.03 * Math.abs(slope),
      );
    }
  }
}

/** Sets of reals in which the two largest are chosen. */
function largestTwo(count: number, label: string): SetExample[] {
  const source = random(label);
  return Array.from({ length: count }, (_, i) => {
    const m = 5 + (i % 3);
    const values = Float32Array.from({ length: m }, () => source.normal());
    return { items: rowsOf(m, 1, values), chosen: topIndices(values, 2) };
  });
}

/** Six reals around 1 and −1, five on one side and one, which is chosen, on the other: no real is odd by itself. */
function oddOut(count: number, label: string): SetExample[] {
  const source = random(label);
  return Array.from({ length: count }, () => {
    const [side, odd] = [source.bool() ? 1 : -1, source.int(0, 5)];
    const values = Float32Array.from({ length: 6 }, (_, j) => source.normal(j === odd ? -side : side, 0.2));
    return { items: rowsOf(6, 1, values), chosen: Int32Array.of(odd) };
  });
}

describe("learning to choose", () => {
  const options = { epochs: 60, batch: 8, learningRate: 1e-2, random: random("train") };

  it.each([
    ["none", "none"],
    ["sum", "none"],
    ["concat", "none"],
    ["sum", "independent"],
    ["sum", "copula"],
  ] as const)("learns 8 sets by heart: %s, amortised %s", async (superset, amortized) => {
    const sets = Array.from({ length: 8 }, (_, i): SetExample => {
      return { items: draw(6, `set ${i}`), chosen: Int32Array.of(i % 3, 3 + (i % 3)) };
    });
    const { model: made, history } = await trainSubsetSelector(
      sets,
      { dim, hidden: 32, superset, amortized, samples: 3 },
      { ...options, epochs: 200, learningRate: 1e-2 },
    );
    expect(history.at(-1)?.loss).toBeLessThan(history[0]?.loss ?? 0);
    const selected = sets.map(({ items }) => selectSubset(made, items, 2).indices);
    expect(
      meanJaccard(
        selected,
        sets.map(({ chosen }) => chosen),
      ),
    ).toBe(1);
  });

  it("carries over to new sets, stops early, and keeps the best parameters", async () => {
    const [data, validation, test] = [largestTwo(64, "data"), largestTwo(24, "validation"), largestTwo(64, "test")];
    const { model: made, history } = await trainSubsetSelector(
      data,
      { dim: 1, hidden: 16 },
      { ...options, validation, patience: 5 },
    );
    const learner = subsetLearner(made, { learningRate: 1 });
    expect(meanJaccardOf(learner, test, random("test"))).toBeGreaterThan(0.85);
    expect(meanJaccardOf(learner, validation, options.random.fork("validation"))).toBe(
      Math.max(...history.map(({ validation: value }) => value ?? 0)),
    );
    expect(history.length).toBeLessThan(60);
  });

  it("has rivals that learn: a Deep Set what depends on the set, a classifier of items what does not", async () => {
    const rival = { ...options, epochs: 30, learningRate: 2e-2 };
    const deep = await deepSetSelector(oddOut(80, "data"), { dim: 1, width: 16 }, rival);
    expect(meanJaccardOf(deep.learner, oddOut(80, "test"), random("t"))).toBeGreaterThan(0.9);
    const attending = await setTransformerSelector(oddOut(80, "data"), { dim: 1, width: 12 }, rival);
    expect(meanJaccardOf(attending.learner, oddOut(80, "test"), random("t"))).toBeGreaterThan(0.9);
    const blind = await perElementSelector(oddOut(80, "data"), { dim: 1, width: 16 }, rival);
    expect(meanJaccardOf(blind.learner, oddOut(80, "test"), random("t"))).toBeLessThan(0.5);
    const items = await perElementSelector(largestTwo(80, "data"), { dim: 1, width: 16 }, rival);
    expect(meanJaccardOf(items.learner, largestTwo(80, "test"), random("t"))).toBeGreaterThan(0.9);
  });

  it("gives rivals as many parameters as asked for, to a width", async () => {
    for (const [context, train] of [
      [true, deepSetSelector],
      [false, perElementSelector],
    ] as const) {
      const width = itemwiseWidth({ dim: 1 }, context, 3000);
      const { parameters } = await train(oddOut(2, "d"), { dim: 1, width }, { ...options, epochs: 1 });
      expect(parameters).toBeLessThanOrEqual(3000);
      expect(parameters).toBeGreaterThan(2800);
    }
    const shape = { dim: 1, layers: 2, width: transformerWidth({ dim: 1, layers: 2 }, 3000) };
    const { parameters } = await setTransformerSelector(oddOut(2, "d"), shape, { ...options, epochs: 1 });
    expect(parameters).toBeLessThanOrEqual(3000);
    expect(parameters).toBeGreaterThan(2600);
  });

  it("chooses by one half when the number is not known, and gives the same for the same seed", async () => {
    const { model: made } = await trainSubsetSelector(
      largestTwo(32, "data"),
      { dim: 1, hidden: 8 },
      { ...options, epochs: 10 },
    );
    const items = largestTwo(1, "new")[0]?.items as Rows;
    const { indices, probability } = selectSubset(made, items);
    expect([...indices]).toEqual([...probability.keys()].filter((j) => (probability[j] ?? 0) >= 0.5));
    expect(selectSubset(made, items).probability).toEqual(probability);
    const again = await trainSubsetSelector(largestTwo(32, "data"), { dim: 1, hidden: 8 }, { ...options, epochs: 10 });
    expect(again.model.params).toEqual(made.params);
  });

  it("stops when told to and refuses no examples", async () => {
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    await expect(
      trainSubsetSelector(largestTwo(4, "d"), { dim: 1 }, { ...options, signal: controller.signal }),
    ).rejects.toThrow("enough");
    await expect(trainSubsetSelector([], { dim: 1 }, options)).rejects.toThrow(/no examples/);
  });
});
