import { describe, expect, it } from "vitest";
import { Random } from "../../kit/random.ts";
import { principalComponents, project } from "./principal-components.ts";

describe("principalComponents", () => {
  it("finds known axes, their spreads and the mean, and whitens", () => {
    const random = new Random(3);
    const spreads = [5, 2, 0.5];
    // Axes turned by 30° in the first two coordinates.
    const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const values = new Float32Array(3 * 4000);
    for (let r = 0; r < 4000; r++) {
      const [a = 0, b = 0, d = 0] = spreads.map((spread) => random.normal(0, spread));
      values.set([7 + c * a - s * b, s * a + c * b, d - 1], 3 * r);
    }
    const components = principalComponents(values, 3, 2);
    const [first, second] = [components.directions.subarray(0, 3), components.directions.subarray(3, 6)];
    expect(Math.abs((first[0] ?? 0) * c + (first[1] ?? 0) * s)).toBeCloseTo(1, 2);
    expect(Math.abs(-(second[0] ?? 0) * s + (second[1] ?? 0) * c)).toBeCloseTo(1, 2);
    expect(components.spread[0]).toBeCloseTo(5, 0);
    expect(components.spread[1]).toBeCloseTo(2, 0);
    const white = project(components, values, { whiten: true });
    for (const axis of [0, 1]) {
      let [sum, squares] = [0, 0];
      for (let r = 0; r < 4000; r++) {
        sum += white[2 * r + axis] ?? 0;
        squares += (white[2 * r + axis] ?? 0) ** 2;
      }
      expect(sum / 4000).toBeCloseTo(0, 3);
      expect(squares / 3999).toBeCloseTo(1, 3);
    }
  });

  it("refuses more components than columns", () => {
    expect(() => principalComponents(new Float32Array(12), 3, 4)).toThrow(/4 components of 4 rows/);
  });
});
