import { describe, expect, it } from "vitest";
import type { ExperimentCard, Scale } from "./paper.ts";
import type { Interval } from "./stats.ts";
import { all, exceeds, type PartResult, verdict } from "./verdict.ts";

const interval = (low: number, high: number): Interval => ({ value: (low + high) / 2, low, high, n: 9, level: 0.95 });

describe("exceeds and all", () => {
  it("leave open what the interval contains", () => {
    expect(exceeds(interval(0.1, 0.3), 0)).toBe("holds");
    expect(exceeds(interval(-0.1, 0.3), 0)).toBe("inconclusive");
    expect(exceeds(interval(-0.3, 0), 0)).toBe("does not hold");
  });

  it("fall with the first that fails, and are open with the first that is open", () => {
    expect(all([true, "holds"])).toBe("holds");
    expect(all(["holds", "inconclusive"])).toBe("inconclusive");
    expect(all(["inconclusive", false])).toBe("does not hold");
    expect([all(["shown", "inconclusive"]), all(["shown", true])]).toEqual(["inconclusive", "holds"]);
  });
});

describe("verdict", () => {
  const part = { words: "It is so.", required: true };
  const card = {
    slug: "a-paper",
    claim: {
      words: "It is so.",
      parts: [
        { ...part, name: "main", inequality: "a > b" },
        { ...part, name: "aside", required: false, inequality: "no threshold; a beside b" },
        { ...part, name: "late", inequality: "c > d", only: "full" },
      ],
    },
    reported: [{ part: "main", what: "a", value: "1", where: "Table 1" }],
  } as unknown as ExperimentCard; // what `verdict` reads of one
  const shown: PartResult = { outcome: "shown", measured: [] };
  const of = (main: PartResult["outcome"], aside: PartResult = shown, scale: Scale = "quick", more = {}) =>
    verdict(card, scale, { main: { outcome: main, measured: [] }, aside, ...more });

  it("follows from the required parts; what is only shown decides nothing", () => {
    expect([of(true), of(false), of("inconclusive")].map(({ outcome }) => outcome)).toEqual([
      "holds",
      "does not hold",
      "inconclusive",
    ]);
    expect(of(true).parts.map(({ outcome, reported }) => [outcome, reported.length])).toEqual([
      ["holds", 1],
      ["shown", 0],
    ]);
    const late = (outcome: boolean) => ({ late: { outcome, measured: [] } });
    expect(of(true, shown, "full", late(false)).outcome).toBe("partly holds");
  });

  it("refuses a part that was forgotten, is unknown, or is decided without a threshold", () => {
    expect(() => of(true, shown, "full")).toThrow('part "late" of a-paper was not measured');
    expect(() => of(true, shown, "quick", { other: shown })).toThrow('"other" is not on the card');
    expect(() => of(true, { outcome: true, measured: [] })).toThrow('"aside" of a-paper is holds');
    expect(() => of("shown")).toThrow('"main" of a-paper is shown, and its card says: a > b');
  });
});
