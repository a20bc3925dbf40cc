import { describe, expect, it } from "vitest";
import { loadSeattleWeather } from "../../../kit/datasets/seattle-weather.ts";
import { Random } from "../../../kit/random.ts";
import { weatherTrial } from "./weather.ts";

const context = { random: new Random(1), signal: new AbortController().signal };
const input = { budget: 1, ablate: "none" as const };
const always = { label: "all", strategy: "random" as const, probability: 1 };

describe("weatherTrial", () => {
  it("reads every day once from any start, and lays the errors back on the calendar", async () => {
    const days = await loadSeattleWeather();
    const rain = days.slice(1).filter(({ weather }) => weather === "rain").length / 1460;
    const [first] = await weatherTrial({ ...input, start: 0, arms: [always] }, context);
    const [later] = await weatherTrial({ ...input, start: 30, arms: [always] }, context);
    for (const replay of [first, later]) {
      expect(replay?.labels).toBe(1460);
      const blocks = Array.from(replay?.blocks ?? []);
      expect(blocks.length).toBe(73);
      const error = blocks.reduce((sum, value) => sum + value, 0) / 73;
      // Better than guessing the same every day.
      expect(error).toBeLessThan(Math.min(rain, 1 - rain) - 0.05);
    }
    // A model that has read for years by then errs on much the same days, whichever day it began with.
    const [a, b] = [Array.from(first?.blocks ?? []).slice(50), Array.from(later?.blocks ?? []).slice(50)];
    const apart = (shift: number) => a.reduce((sum, value, i) => sum + Math.abs(value - (b[(i + shift) % 23] ?? 0)), 0);
    for (let shift = 1; shift < 23; shift++) expect(apart(0)).toBeLessThan(apart(shift) / 2);
  });

  it("holds every strategy to the budget", async () => {
    const arms = [
      { label: "split", strategy: "split" as const },
      { label: "committee", strategy: "committee" as const },
    ];
    for (const { labels } of await weatherTrial({ ...input, start: 3, budget: 0.05, arms }, context)) {
      expect(labels).toBeLessThanOrEqual(0.05 * 1460 + 1);
      expect(labels).toBeGreaterThan(0.04 * 1460);
    }
  });
});
