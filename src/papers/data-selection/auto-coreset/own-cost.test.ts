import { describe, expect, it } from "vitest";
import { applyTool, toolInput } from "../../../kit/testing.ts";
import type { Matrix } from "./problem.ts";
import { paymentsCsv } from "./sample.ts";
import { tools } from "./tool.ts";

const [coreset, large] = tools;
const csv = paymentsCsv(500);

/** Absolute distance to a number: the solver is a weighted median of the first column. */
const median = {
  loss: ({ data, rows, columns }: Matrix, _: unknown, centre: number) =>
    Array.from({ length: rows }, (_row, i) => Math.abs((data[i * columns] as number) - centre)),
  fit({ data, rows, columns }: Matrix, _: unknown, weights: Float64Array) {
    const order = Array.from({ length: rows }, (_row, i) => i).sort(
      (a, b) => (data[a * columns] as number) - (data[b * columns] as number),
    );
    const half = weights.reduce((sum, w) => sum + w, 0) / 2;
    let passed = 0;
    for (const i of order) {
      passed += weights[i] as number;
      if (passed >= half) return data[i * columns];
    }
    return 0;
  },
};

describe("a cost of the reader's own", () => {
  it("serves both tools", async () => {
    const input = () => toolInput({ data: { "t.csv": csv } });
    const one = await applyTool(coreset, input(), { size: 40, features: ["amount"] }, { modules: { cost: median } });
    expect(one.summary).toMatch(/^Picked \d+ of 350 rows for the given cost/);
    expect(Number(one.tables.compared?.rows[1]?.error)).toBeLessThan(0.1);
    expect(typeof JSON.parse(one.text("report.json")).models.coreset.own).toBe("number");
    const two = await applyTool(
      large,
      input(),
      { size: 40, features: ["amount"], chunk: 100, queries: 4 },
      { modules: { cost: median } },
    );
    expect(two.summary).toContain("for the given cost");
  });

  it("whose model JSON cannot hold is refused before anything is written", async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const [own, message] of [
      [{ big: 1n }, /--cost: the model cannot be written as JSON.*BigInt.*Let fit return/],
      [circular, /--cost: the model cannot be written as JSON.*circular/],
    ] as const) {
      const cost = { loss: ({ rows }: Matrix) => new Float64Array(rows).fill(1), fit: () => own };
      const input = () => toolInput({ data: { "t.csv": csv } });
      const chosen = { size: 40, features: ["amount"] };
      const outputs = {};
      const modules = { cost };
      await expect(applyTool(coreset, input(), chosen, { modules, outputs })).rejects.toThrow(message);
      const stream = { ...chosen, chunk: 100, queries: 4 };
      await expect(applyTool(large, input(), stream, { modules, outputs })).rejects.toThrow(message);
      expect(outputs).toEqual({});
    }
  });

  it("may come lower from few rows than from all, where a minimum is only local; the summary says less", async () => {
    const stuck = {
      ...median,
      fit: (...given: Parameters<typeof median.fit>) => (given[0].rows > 300 ? 2 : median.fit(...given)),
    };
    const input = toolInput({ data: { "t.csv": csv } });
    const options = { size: 40, features: ["amount"] };
    const { summary } = await applyTool(coreset, input, options, { modules: { cost: stuck } });
    expect(summary).toMatch(/costs \d+% less than .* \(the best of \d+ uniform draws \d+% less\)/);
  });

  it.each([
    [{}, /--cost: the module exports no function loss/],
    [{ loss: median.loss }, /no function fit/],
    [{ ...median, loss: () => 1 }, /did not return an array/],
    [{ ...median, loss: () => [1] }, /returned 1 numbers for 350 rows/],
    [{ ...median, loss: ({ rows }: Matrix) => new Float64Array(rows).fill(-1) }, /the loss of a row is -1/],
    [{ ...median, fit: async () => 1 }, /fit returned a promise/],
    [
      {
        ...median,
        fit: () => {
          throw new TypeError("no luck");
        },
      },
      /--cost: fit failed: no luck/,
    ],
    [{ ...median, classes: true }, /--target: no target was named/],
  ])("that cannot work is refused: %#", async (cost, message) => {
    const input = toolInput({ data: { "t.csv": csv } });
    await expect(applyTool(coreset, input, { size: 40, features: ["amount"] }, { modules: { cost } })).rejects.toThrow(
      message,
    );
  });
});
