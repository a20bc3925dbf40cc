import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LinearProgram } from "./linear-program.ts";

describe("LinearProgram", () => {
  it("solves the diet of two foods, with its prices", async () => {
    // Minimise 2x + 3y with x + y ≥ 4 and x + 3y ≥ 6: x = 3, y = 1.
    const program = new LinearProgram();
    const x = program.columns(1, { cost: 2 });
    const y = program.columns(1, { cost: 3 });
    program.row(
      new Map([
        [x, 1],
        [y, 1],
      ]),
      { lower: 4 },
    );
    program.row(
      new Map([
        [x, 1],
        [y, 3],
      ]),
      { lower: 6 },
    );
    const { status, objective, values, duals } = await program.solve("minimize");
    expect(status).toBe("optimal");
    expect(values[x]).toBeCloseTo(3, 12);
    expect(values[y]).toBeCloseTo(1, 12);
    expect(objective).toBeCloseTo(9, 12);
    expect(4 * (duals[0] ?? 0) + 6 * (duals[1] ?? 0)).toBeCloseTo(9, 12);
  });

  it("says when nothing is feasible, and when nothing bounds", async () => {
    const none = new LinearProgram();
    none.row(new Map([[none.columns(1, { upper: 1 }), 1]]), { lower: 2 });
    expect((await none.solve("maximize")).status).toMatch(/infeasible/);
    const free = new LinearProgram();
    free.columns(1, { cost: 1 });
    expect((await free.solve("maximize")).status).toMatch(/unbounded/);
  });

  it("fills a fractional knapsack as sorting by ratio does", async () => {
    const item = fc.record({ worth: fc.integer({ min: 1, max: 50 }), weight: fc.integer({ min: 1, max: 50 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(item, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 120 }),
        async (items, room) => {
          const program = new LinearProgram();
          const row = new Map<number, number>();
          for (const { worth, weight } of items) row.set(program.columns(1, { cost: worth, upper: 1 }), weight);
          program.row(row, { upper: room });
          let left = room;
          let best = 0;
          for (const { worth, weight } of [...items].sort((a, b) => b.worth / b.weight - a.worth / a.weight)) {
            const share = Math.min(1, left / weight);
            best += share * worth;
            left -= share * weight;
          }
          expect((await program.solve("maximize")).objective).toBeCloseTo(best, 8);
        },
      ),
      { numRuns: 30 },
    );
  });
});
