import { type Interval, mean, pairedInterval } from "../../../kit/stats.ts";
import { errorsOf, type Outcome } from "./figures.ts";
import type { Design } from "./regression.ts";
import type { Drift } from "./streams.ts";

const driftName = (drift: Drift): string => (drift === "none" ? "no drift" : `${drift} drift`);
const listed = new Intl.ListFormat("en");
const decimals = (value: number): string => value.toFixed(4);

/** "by 0.0123 (95% from 0.0100 to 0.0150) more", or less, or that the interval has both. */
function more({ value, low, high }: Interval): string {
  if (low > 0) return `by ${decimals(value)} (95% from ${decimals(low)} to ${decimals(high)}) more`;
  if (high < 0) return `by ${decimals(-value)} (95% from ${decimals(-high)} to ${decimals(-low)}) less`;
  return `neither more nor less beyond chance (95% from ${decimals(low)} to ${decimals(high)})`;
}

/** How the chosen strategy's error lies to that of random labelling, in a sentence. */
export function comparedToRandom(outcome: Outcome, name: string): string {
  const gap = pairedInterval(errorsOf(outcome, name), errorsOf(outcome, "random"));
  return `Under ${driftName(outcome.drift)} ${name} errs ${more(gap)} than random labelling.`;
}

function fixedThreshold(outcomes: readonly Outcome[], chosen: ReadonlyMap<Drift, string>): string {
  const gaps = outcomes.map((outcome) => ({
    drift: driftName(outcome.drift),
    gap: pairedInterval(errorsOf(outcome, chosen.get(outcome.drift) ?? ""), errorsOf(outcome, "fixed")),
  }));
  const under = (list: typeof gaps): string => listed.format(list.map(({ drift }) => drift));
  const better = gaps.filter(({ gap }) => gap.low > 0);
  const worse = gaps.filter(({ gap }) => gap.high < 0);
  const open = gaps.filter(({ gap }) => gap.low <= 0 && gap.high >= 0);
  const sentences = [
    better.length > 0 &&
      `A fixed threshold, tuned, does better than the chosen moving one under ${under(better)}: the moving threshold settles near the median confidence of the records it is asked about, so that labels go to the less sure half and not to the least sure.`,
    worse.length > 0 && `A fixed threshold, tuned, does worse than the chosen moving one under ${under(worse)}.`,
    open.length > 0 && `Under ${under(open)} a tuned fixed threshold and the chosen moving one cannot be told apart.`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(" ");
}

function longestRecords(results: readonly Record<Design, number>[]): string {
  const of = (design: Design): number[] => results.map((result) => result[design]);
  const gap = pairedInterval(of("longest"), of("D-optimal"));
  const share = (design: Design): string => (mean(of(design)) / mean(of("passive"))).toFixed(2);
  return `For the regression, choosing the longest records without any matrix leaves ${share("longest")} of the passive error, and the D-optimal choice ${share("D-optimal")}: the longest records err ${more(gap)}. Length alone can tell much here, because these records have heavy tails. The records behind the required parts are made by us, and the learner is one; nothing follows for other learners.`;
}

/** What a reader of the verdict should know besides, from this run's numbers. */
export function findings(
  outcomes: readonly Outcome[],
  chosen: ReadonlyMap<Drift, string>,
  coinsChosen: readonly string[],
  regression: readonly Record<Design, number>[],
): string[] {
  return [
    `What has a setting was chosen on other streams by its error at the full label rate: the coin of random labelling, which came to fall on yes with probability ${coinsChosen.join(", ")} whenever the cap allows a label; the fixed threshold; and the one of three strategies that goes into the verdict.`,
    fixedThreshold(outcomes, chosen),
    longestRecords(regression),
  ];
}
