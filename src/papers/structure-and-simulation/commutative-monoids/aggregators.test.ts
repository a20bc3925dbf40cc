import { describe, expect, it } from "vitest";
import { meanSquaredLength } from "../../../kit/nets/tape/losses.ts";
import { leavesOf, type Rows, rowAt, rowsOf } from "../../../kit/nets/tape/rows.ts";
import { Tape } from "../../../kit/nets/tape/tape.ts";
import { Random } from "../../../kit/random.ts";
import { type AggregatorKind, aggregatorKinds, createAggregator } from "./aggregators.ts";
import { associativityDefect, commutativityDefect, identityDefect } from "./defects.ts";
import { binaryGru, gruCell, initGru } from "./gru.ts";
import { createSetModel, orderSensitivity, packBags, predict } from "./set-model.ts";

const random = new Random(17);
const draw = (rows: number, width: number): Rows =>
  rowsOf(
    rows,
    width,
    Array.from({ length: rows * width }, () => random.normal()),
  );

describe("the GRU cell", () => {
  it("gives hand values at width 1", () => {
    const params = {
      inputWeight: rowsOf(1, 3, [0.5, -0.3, 0.8]),
      inputBias: rowsOf(1, 3, [0.1, 0.2, -0.1]),
      hiddenWeight: rowsOf(1, 3, [0.4, 0.6, -0.7]),
      hiddenBias: rowsOf(1, 3, [-0.2, 0.05, 0.3]),
    };
    const [x, h] = [1.5, -0.5];
    const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
    const r = sigmoid(0.5 * x + 0.1 + 0.4 * h - 0.2);
    const z = sigmoid(-0.3 * x + 0.2 + 0.6 * h + 0.05);
    const n = Math.tanh(0.8 * x - 0.1 + r * (-0.7 * h + 0.3));
    expect(gruCell(params, rowsOf(1, 1, [x]), rowsOf(1, 1, [h])).data[0]).toBeCloseTo((1 - z) * n + z * h, 6);
  });

  it("made symmetric is the mean of both orders, and commutative to the last bit", () => {
    const params = initGru(random, 6);
    const [a, b] = [draw(40, 6), draw(40, 6)];
    const forth = binaryGru(params, a, b);
    expect([...forth.data]).toEqual([...binaryGru(params, b, a).data]);
    const [ab, ba] = [gruCell(params, a, b), gruCell(params, b, a)];
    for (let i = 0; i < forth.data.length; i++) {
      expect(forth.data[i]).toBeCloseTo(((ab.data[i] ?? 0) + (ba.data[i] ?? 0)) / 2, 6);
    }
  });
});

/** Compares every gradient of a set model with central differences. */
function checkGradient(kind: AggregatorKind, sizes: number[]): void {
  const model = createSetModel({ inputDim: 2, outputDim: 1, aggregator: createAggregator(kind, 3) });
  const params = model.init(random.fork(kind));
  const bags = packBags(
    sizes.map((n) => Array.from({ length: n }, () => [random.normal(), random.normal()])),
    2,
  );
  const loss = (p: typeof params): Rows => meanSquaredLength(model.apply(p, bags));
  const tape = new Tape();
  const tracked = tape.track(params);
  tape.backward(loss(tracked));
  const [values, gradients] = [leavesOf(params), leavesOf(tracked)];
  for (const [l, leaf] of values.entries()) {
    for (let i = 0; i < leaf.data.length; i++) {
      const kept = leaf.data[i] as number;
      const h = 3e-3;
      leaf.data[i] = kept + h;
      const up = loss(params).data[0] ?? 0;
      leaf.data[i] = kept - h;
      const down = loss(params).data[0] ?? 0;
      leaf.data[i] = kept;
      const slope = (up - down) / (2 * h);
      expect(Math.abs((gradients[l]?.grad?.[i] ?? Number.NaN) - slope)).toBeLessThan(2e-3 + 0.03 * Math.abs(slope));
    }
  }
}

describe("aggregators", () => {
  it.each(["lcm", "gru"] as const)("%s has the gradient of its forward pass through a bag of seven", (kind) => {
    checkGradient(kind, [7, 1, 2]);
  });

  it.each(aggregatorKinds)("%s: a bag does not depend on the others in its batch", (kind) => {
    const aggregator = createAggregator(kind, 4);
    const model = createSetModel({ inputDim: 1, outputDim: 2, aggregator });
    const params = model.init(new Random(3));
    const bags = [5, 1, 8].map((n) => Array.from({ length: n }, () => [random.normal()]));
    const together = predict(model, params, bags);
    for (const [i, bag] of bags.entries()) {
      const alone = predict(model, params, [bag]);
      for (let j = 0; j < 2; j++) expect(rowAt(together, i)[j]).toBeCloseTo(rowAt(alone, 0)[j] ?? 9, 5);
    }
  });

  it("has the depths of chain and tree", () => {
    expect(createAggregator("lcm", 4).depth(256)).toBe(8);
    expect(createAggregator("gru", 4).depth(256)).toBe(256);
    expect(createAggregator("lcm", 4, { reduce: "fold" }).depth(256)).toBe(255);
    expect(createAggregator("sum", 4).depth(256)).toBe(1);
  });

  it("PNA has a finite gradient where all items are equal and the spread is 0", () => {
    const aggregator = createAggregator("pna", 2);
    const params = aggregator.init(new Random(1));
    const tape = new Tape();
    const tracked = tape.track({ params, items: rowsOf(3, 2, [1, 2, 1, 2, 1, 2]) });
    tape.backward(meanSquaredLength(aggregator.apply(tracked.params, tracked.items, [0, 0, 0], 1)));
    expect([...(tracked.items.grad ?? [])].every(Number.isFinite)).toBe(true);
  });

  it("sum does not mind the order, a fold of an untrained operator does", () => {
    const bag = Array.from({ length: 6 }, () => [random.normal()]);
    const sensitivity = (kind: AggregatorKind): number => {
      const model = createSetModel({ inputDim: 1, outputDim: 1, aggregator: createAggregator(kind, 6) });
      return orderSensitivity(model, model.init(new Random(2)), bag, 10, new Random(4));
    };
    expect(sensitivity("sum")).toBeLessThan(1e-5);
    expect(sensitivity("gru")).toBeGreaterThan(1e-4);
  });
});

describe("defects", () => {
  const params = initGru(new Random(5), 4);
  const [x, y, z] = [draw(30, 4), draw(30, 4), draw(30, 4)];
  it("are 0 for addition, and tell a chain's cell from the symmetric one", () => {
    const add = (a: Rows, b: Rows): Rows =>
      rowsOf(
        a.rows,
        a.width,
        a.data.map((v, i) => v + (b.data[i] ?? 0)),
      );
    expect(associativityDefect(add, [x, y, z])).toBeLessThan(1e-10);
    expect(identityDefect(add, rowsOf(1, 4, [0, 0, 0, 0]), x)).toBe(0);
    expect(commutativityDefect((a, b) => binaryGru(params, a, b), [x, y])).toBe(0);
    expect(commutativityDefect((a, b) => gruCell(params, a, b), [x, y])).toBeGreaterThan(1e-3);
    expect(associativityDefect((a, b) => binaryGru(params, a, b), [x, y, z])).toBeGreaterThan(1e-4);
  });
});
