import { type Interval, pairedInterval } from "../../../kit/stats.ts";
import { warmUpItems } from "./experiment.ts";

/** Accuracies at equal prices, problem by problem, and differences that are known already. */
export interface Found {
  aware: readonly number[];
  sameModel: readonly number[];
  majority: readonly number[];
  /** The aware arm less the same model with random annotators, where quality is paid for. */
  priced: Interval;
  /** Relabel or new, less new items only, annotators drawn at random. */
  relabel: Interval;
}

/** What this run says pays, in sentences that its intervals decide. */
export function whatPays({ aware, sameModel, majority, priced, relabel }: Found): string {
  const model = pairedInterval(sameModel, majority);
  const choice = pairedInterval(aware, sameModel);
  const ahead = aware.filter((accuracy, at) => accuracy > (sameModel[at] ?? Number.NaN)).length;
  return [
    `At equal prices the model of the annotators, asked at random, ${gains(model)} against majority vote.`,
    `Choosing whom to ask as well ${gains(choice)}, and is ahead in ${ahead} of ${aware.length} problems.`,
    `The choice rests on ${warmUpItems} items answered by everybody: where these mislead, all further answers may be bought from a poor annotator, with nothing left to find out by; the worst problem here ends at an accuracy of ${Math.min(...aware).toFixed(3)}.`,
    `Where quality is paid for, the choice ${gains(priced)}.`,
    `Asking again where answers leave doubt, instead of always about new items, ${gains(relabel)} with annotators drawn at random.`,
  ].join(" ");
}

/** "gains 1.4 points [0.6, 2.2]" of accuracy, or loses, or neither beyond chance. */
function gains({ value, low, high }: Interval): string {
  const points = (difference: number): string => (100 * difference).toFixed(1);
  if (low > 0) return `gains ${points(value)} points [${points(low)}, ${points(high)}]`;
  if (high < 0) return `loses ${points(-value)} points [${points(-high)}, ${points(-low)}]`;
  return `makes no difference beyond chance (${points(value)} points [${points(low)}, ${points(high)}])`;
}
