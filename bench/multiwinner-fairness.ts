import { Random } from "../src/kit/random.ts";
import { plackettLucePositions, selectCommittee } from "../src/papers/ranking-and-rewards/index.ts";
import type { Bench } from "./bench.ts";

/** Choosing by each score, against sampling the rankings; 40 items, 10 seats, 5 of them reserved. */
export default async function bench(report: Bench): Promise<void> {
  const m = 40;
  const weights = Float64Array.from({ length: m }, (_, i) => -0.05 * i);
  const groups = Array.from({ length: m }, (_, i) => i % 2);
  for (const n of [1024, 16_384]) {
    const pos = plackettLucePositions(weights, n, new Random(1));
    const choose = (score: "sntv" | "borda" | "cc" | "pav") => () =>
      selectCommittee(pos, n, m, { score, k: 10, groups, lower: [0, 5] });
    await report.compare(`${n.toLocaleString("en")} rankings of ${m} items`, {
      "draw the rankings": () => plackettLucePositions(weights, n, new Random(2)),
      sntv: choose("sntv"),
      borda: choose("borda"),
      "cc, greedy": choose("cc"),
      "pav, greedy": choose("pav"),
    });
  }
  report.skipped("abcvoting and other Python packages", "they need Python");
}
