import { BadInput } from "../kit/errors.ts";
import type { ClaimOutcome } from "../kit/paper.ts";
import type { Outcome } from "../runs/types.ts";
import { type Cli, status } from "./context.ts";

/** The exit status of a verdict: 0 when the claim holds, 3 for every other. */
export function verdictStatus(outcome: ClaimOutcome): number {
  return outcome === "holds" ? status.holds : status.otherVerdict;
}

/** A run stopped by Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** A run that could not be finished; the message is for the reader. */
export class Fault extends Error {
  override readonly name = "Fault";
}

type Done = Extract<Outcome, { status: "done" }>;

/** The outcome of a run that ended well; every other ending is thrown, each as the error that has its exit status. */
export function endedWell(outcome: Outcome, cli: Cli): Done {
  switch (outcome.status) {
    case "done":
      return outcome;
    case "bad input":
      throw new BadInput(outcome.message);
    case "cancelled":
      if (cli.signal.aborted) throw new Interrupted("Stopped.");
      throw new Fault(outcome.message);
    default:
      throw new Fault(outcome.message);
  }
}
