import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import type { DriftDetector } from "../active-stream.ts";
import { adwin } from "./adwin.ts";
import { ddm } from "./ddm.ts";

/** Labels until the first drift, at most `most`. */
function until(detector: DriftDetector, random: Random, error: number, most: number): number {
  for (let t = 1; t <= most; t++) if (detector.add(random.bool(error)) === "drift") return t;
  return Number.POSITIVE_INFINITY;
}

describe.each([
  ["ddm", () => ddm()],
  ["adwin", () => adwin()],
])("%s", (_, make) => {
  it("fires within 300 labels of a jump from 0.1 to 0.5, and in fewer than 1% of stationary runs of 2,000", () => {
    const runs = 200;
    let [late, falseAlarms] = [0, 0];
    for (let seed = 0; seed < runs; seed++) {
      const random = new Random(seed).fork("drift");
      const detector = make();
      if (until(detector, random, 0.1, 1000) < 1001) falseAlarms++;
      else if (until(detector, random, 0.5, 300) > 300) late++;
      if (until(make(), random, 0.1, 2000) < 2001) falseAlarms++;
    }
    expect(late / runs).toBeLessThanOrEqual(0.03);
    expect(falseAlarms / (2 * runs)).toBeLessThan(0.01);
  });

  it("warns before it fires, starts anew after reset, and goes on from JSON", () => {
    const random = new Random(4);
    const detector = make();
    const copy = make();
    const seen: string[] = [];
    for (let t = 0; t < 500; t++) detector.add(random.bool(0.1));
    copy.restore?.(JSON.parse(JSON.stringify(detector.save?.())));
    while (!seen.includes("drift") && seen.length < 500) {
      const wrong = random.bool(0.6);
      const signal = detector.add(wrong);
      expect(copy.add(wrong)).toBe(signal);
      seen.push(signal);
    }
    expect(seen.at(-1)).toBe("drift");
    expect(seen.indexOf("warning")).toBeGreaterThanOrEqual(0);
    detector.reset();
    expect(detector.save?.()).toEqual(make().save?.());
  });
});

describe("ddm", () => {
  it("keeps the published rule when asked for its levels", () => {
    const detector = ddm({ warning: 2, drift: 3, minimum: 4 });
    const level = (n: number, errors: number) => {
      const p = (errors + 1) / (n + 2);
      return { p, s: Math.sqrt((p * (1 - p)) / n) };
    };
    let errors = 0;
    let least = { p: Number.POSITIVE_INFINITY, s: 0 };
    const random = new Random(2);
    for (let n = 1; n < 200; n++) {
      const wrong = random.bool(n < 100 ? 0.1 : 0.4);
      errors += +wrong;
      const signal = detector.add(wrong);
      if (n < 4) continue;
      const { p, s } = level(n, errors);
      if (p + s < least.p + least.s) least = { p, s };
      const above = (p + s - least.p) / least.s;
      expect(signal).toBe(above >= 3 ? "drift" : above >= 2 ? "warning" : "stable");
    }
    expect(() => ddm({ warning: 3, drift: 2 })).toThrow(/warning at 3/);
    expect(() => adwin({ delta: 1 })).toThrow(/δ = 1/);
  });
});
