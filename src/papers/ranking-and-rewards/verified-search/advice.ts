import type { Interval } from "../../../kit/stats.ts";
import type { Rule } from "./scaling-curve.ts";

export interface Findings {
  /** Attempts a prompt at the largest budget. */
  N: number;
  /** Oracle minus the better of one attempt and majority vote: all that a verifier could add. */
  headroom: Interval;
  /** What the verifier at hand adds, by its better rule; absent without a verifier. */
  lead?: { rule: Rule; interval: Interval };
  /** Share of prompts with right and wrong attempts. */
  mixed: number;
  /** Median anti-concentration of the prompts whose returns vary. */
  concentration: number;
}

const points = (x: number): string => `${(100 * x).toFixed(1)} points`;
const range = ({ low, high }: Interval): string =>
  `95% interval ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`;

/** Whether a verifier pays on these attempts, in a few words, and why, in a sentence or two. */
export function advise({ N, headroom, lead, mixed, concentration }: Findings): { short: string; long: string } {
  if (N < 2) {
    return {
      short: "one attempt leaves nothing to choose",
      long: "One attempt a prompt leaves nothing to choose: judge larger budgets to see what a verifier adds.",
    };
  }
  const spread = `${(100 * mixed).toFixed(0)}% of the prompts have both right and wrong attempts`;
  if (lead && lead.interval.low > 0) {
    return {
      short: "a verifier pays",
      long: `A verifier pays: with ${N} attempts ${lead.rule} is ${points(lead.interval.value)} ahead of the best rule without one (${range(lead.interval)}), out of ${points(headroom.value)} that a perfect one would add.`,
    };
  }
  if (headroom.value < 0.01) {
    return {
      short: "there is nothing for a verifier to find",
      long: `There is next to nothing for a verifier to find: even a perfect one would add ${points(headroom.value)} with ${N} attempts, and ${spread}.`,
    };
  }
  if (lead) {
    const harm = lead.interval.high < 0;
    return {
      short: harm ? "this verifier does harm" : "this verifier shows no gain",
      long: `${harm ? "This verifier does harm" : "This verifier shows no gain"}: with ${N} attempts it is ${points(lead.interval.value)} ahead of the best rule without one (${range(lead.interval)}), while a perfect one would add ${points(headroom.value)}. More graded attempts or better features could close that.`,
    };
  }
  if (concentration < 0.05) {
    return {
      short: "good attempts are rare",
      long: `A perfect verifier would add ${points(headroom.value)} with ${N} attempts, but attempts as good as the best policy nearby are rare (anti-concentration ${concentration.toFixed(3)}): a learned one needs many graded attempts, and with few of them imitation is the safer choice.`,
    };
  }
  return {
    short: "a verifier could pay",
    long: `A verifier could pay: a perfect one would add ${points(headroom.value)} with ${N} attempts, ${spread}, and good attempts are frequent enough to learn from (anti-concentration ${concentration.toFixed(2)}). Give verifier_score, or features and --fit-verifier, to see how much a real one adds.`,
  };
}
