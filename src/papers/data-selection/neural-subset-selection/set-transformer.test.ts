import { describe, expect, it } from "vitest";
import { linear } from "../../../kit/nets/tape/ops.ts";
import { paramTree, type Rows, rowsOf, zeros } from "../../../kit/nets/tape/rows.ts";
import { Tape } from "../../../kit/nets/tape/tape.ts";
import { Random } from "../../../kit/random.ts";
import { attendWithin, setTransformer } from "./set-transformer.ts";
import { packSets } from "./sets.ts";

const dim = 3;
const random = (label: string) => new Random(7).fork(label);
const draw = (m: number, label: string): Rows => {
  const source = random(label);
  return rowsOf(
    m,
    dim,
    Array.from({ length: m * dim }, () => source.normal()),
  );
};
const rowsAt = ({ data }: Rows, order: readonly number[]): Rows =>
  rowsOf(
    order.length,
    dim,
    order.flatMap((i) => [...data.subarray(i * dim, (i + 1) * dim)]),
  );

describe("the Set Transformer", () => {
  const sets = packSets([draw(3, "one"), draw(5, "two"), draw(1, "three")], dim);

  it("has the gradient that differences give", () => {
    const { net, logits } = setTransformer({ dim, width: 6, layers: 2 }, random("transformer"));
    const target = Float64Array.from({ length: 9 }, (_, i) => (i % 3) - 1);
    const value = (): number => Array.from(logits(net, sets).data).reduce((sum, x, i) => sum + x * (target[i] ?? 0), 0);
    const tape = new Tape();
    const tracked = tape.track(net);
    const out = logits(tracked, sets);
    tape.backward(linear(rowsOf(1, 9, target), out)); // Σ tᵢ xᵢ
    const gradient = paramTree(tracked, "grad");
    const step = 1e-2;
    for (const [name, { data }] of Object.entries(paramTree(net))) {
      for (const at of [0, data.length - 1]) {
        const kept = data[at] as number;
        data[at] = kept + step;
        const above = value();
        data[at] = kept - step;
        const slope = (above - value()) / (2 * step);
        data[at] = kept;
        expect(Math.abs(slope - (gradient[name]?.data[at] ?? 9)), name).toBeLessThan(0.02 * (1 + Math.abs(slope)));
      }
    }
  });

  it("gives an item the same logit wherever it stands in its set, and whatever stands in other sets", () => {
    const { net, logits } = setTransformer({ dim, width: 7 }, random("transformer"));
    const items = draw(5, "two");
    const alone = logits(net, packSets([items], dim)).data;
    const order = [4, 2, 0, 3, 1];
    const moved = logits(net, packSets([rowsAt(items, order)], dim)).data;
    for (const [at, i] of order.entries()) expect(moved[at]).toBeCloseTo(alone[i] ?? 9, 4);
    for (let i = 0; i < 5; i++) expect(logits(net, sets).data[3 + i]).toBeCloseTo(alone[i] ?? 9, 4);
  });

  it("weighs values as softmax does, on a head of its own for one column each", () => {
    const [one, zero] = [rowsOf(2, 4, [1, 0, 0, 0, 2, 0, 0, 0]), zeros(2, 4)];
    const value = rowsOf(2, 4, [1, 2, 3, 4, 5, 6, 7, 8]);
    const weight = 1 / (1 + Math.exp(1)); // of the first item, with logits 1 and 2
    const out = attendWithin(one, one, value, Int32Array.of(0, 2));
    expect(out.data[0]).toBeCloseTo(weight * 1 + (1 - weight) * 5, 5);
    expect(out.data[1]).toBeCloseTo(4, 5);
    expect(Array.from(attendWithin(zero, zero, value, Int32Array.of(0, 2)).data.slice(0, 4))).toEqual([3, 4, 5, 6]);
  });
});
