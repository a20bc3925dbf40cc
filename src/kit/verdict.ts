import type {
  ClaimOutcome,
  Decision,
  ExperimentCard,
  Measured,
  PartOutcome,
  PartVerdict,
  Scale,
  Verdict,
} from "./paper.ts";
import type { Interval } from "./stats.ts";

/** A measured number with its interval, labelled. */
export function measured(label: string, value: number | Interval, unit?: string): Measured {
  const suffix = unit === undefined ? {} : { unit };
  if (typeof value === "number") return { label, value, ...suffix };
  const finite = Number.isFinite(value.low) && Number.isFinite(value.high);
  return { label, value: value.value, ...(finite ? { low: value.low, high: value.high } : {}), n: value.n, ...suffix };
}

/** Decides `value > threshold` with an interval: inconclusive while the threshold lies inside the interval. */
export function exceeds(interval: Interval, threshold: number): Decision {
  if (interval.low > threshold) return "holds";
  return interval.high <= threshold ? "does not hold" : "inconclusive";
}

/** Every one must hold; one that fails decides, else one that is open. What is only shown decides nothing. */
export function all(outcomes: readonly (PartOutcome | boolean)[]): Decision {
  const named = outcomes.map((o) => (o === true ? "holds" : o === false ? "does not hold" : o));
  if (named.includes("does not hold")) return "does not hold";
  return named.includes("inconclusive") ? "inconclusive" : "holds";
}

/** False for a part that by its card has no threshold: its numbers are shown, and it can neither hold nor fail. */
export function hasThreshold({ inequality }: { inequality: string }): boolean {
  return !/^no threshold\b/.test(inequality);
}

/** The verdict of a claim from its required parts. */
export function claimOutcome(parts: readonly Pick<PartVerdict, "required" | "outcome">[]): ClaimOutcome {
  const required = parts.filter((part) => part.required);
  const held = required.filter((part) => part.outcome === "holds").length;
  if (required.length > 0 && held === required.length) return "holds";
  if (held > 0) return "partly holds";
  return required.length === 0 || required.some((part) => part.outcome === "inconclusive")
    ? "inconclusive"
    : "does not hold";
}

/** What a claim says about one part: how it came out and the numbers that decided. */
export interface PartResult {
  outcome: PartOutcome | boolean;
  measured: Measured[];
  reason?: string;
}

/**
 * Builds the verdict of a run: the inequalities, their wording and the paper's figures come from the card, the outcomes and
 * numbers from the run. Throws when a part of this scale is missing or unknown, so that no part is lost silently, and when a part is shown
 * whose card has a threshold, or the other way round.
 */
export function verdict(card: ExperimentCard, scale: Scale, results: Record<string, PartResult>): Verdict {
  const declared = card.claim.parts.filter((part) => part.only === undefined || part.only === scale);
  for (const name of Object.keys(results)) {
    if (!declared.some((part) => part.name === name))
      throw new Error(`part "${name}" is not on the card of ${card.slug}`);
  }
  const parts = declared.map((part): PartVerdict => {
    const result = results[part.name];
    if (!result) throw new Error(`part "${part.name}" of ${card.slug} was not measured`);
    const outcome = result.outcome === "shown" ? "shown" : all([result.outcome]);
    if ((outcome === "shown") === hasThreshold(part)) {
      throw new Error(`part "${part.name}" of ${card.slug} is ${outcome}, and its card says: ${part.inequality}`);
    }
    return {
      name: part.name,
      required: part.required,
      outcome,
      inequality: part.inequality,
      measured: result.measured,
      reported: card.reported.filter((figure) => figure.part === part.name),
      ...(result.reason === undefined ? {} : { reason: result.reason }),
    };
  });
  return { outcome: claimOutcome(parts), parts };
}
