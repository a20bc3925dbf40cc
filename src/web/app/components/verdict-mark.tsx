import type { ClaimOutcome, PartOutcome } from "../../../kit/paper.ts";
import { count } from "../lib/format.ts";

const classes: Record<ClaimOutcome | PartOutcome, string> = {
  holds: "holds",
  "partly holds": "partly",
  "does not hold": "fails",
  inconclusive: "open",
  shown: "none",
};

/** The shape says it without colour: a tick, a half disc, a cross, a wave; a dot where nothing is decided. */
function Shape({ outcome }: { outcome: ClaimOutcome | PartOutcome }) {
  return (
    <svg className="mark-shape" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      {outcome === "holds" && (
        <>
          <circle cx="8" cy="8" r="7" fill="currentColor" />
          <path d="m4.6 8.3 2.4 2.4 4.4-5" fill="none" stroke="var(--page)" strokeWidth="1.8" />
        </>
      )}
      {outcome === "partly holds" && (
        <>
          <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
          <path d="M8 1.75a6.25 6.25 0 0 0 0 12.5z" fill="currentColor" />
        </>
      )}
      {outcome === "does not hold" && (
        <>
          <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
          <path d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" stroke="currentColor" strokeWidth="1.7" />
        </>
      )}
      {outcome === "shown" && <circle cx="8" cy="8" r="2.25" fill="currentColor" />}
      {outcome === "inconclusive" && (
        <>
          <circle
            cx="8"
            cy="8"
            r="6.25"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeDasharray="2.6 2.3"
          />
          <path
            d="M4.8 8.7c1.1-1.6 2.1-1.6 3.2-.5s2.1 1.1 3.2-.5"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
          />
        </>
      )}
    </svg>
  );
}

/** How a claim or a part came out. With `runs`, says how many runs that rests on. */
export function VerdictMark({ outcome, runs }: { outcome: ClaimOutcome | PartOutcome; runs?: number }) {
  return (
    <span className={`mark mark-${classes[outcome]}`}>
      <Shape outcome={outcome} />
      <span className="mark-words">{outcome}</span>
      {runs !== undefined && <span className="mark-runs">{count(runs, "run")}</span>}
    </span>
  );
}

/** The mark of a paper in a list: its verdict, or why there is none. */
export function PaperMark({
  mark,
  runnable,
}: {
  mark: { outcome: ClaimOutcome; runs: number } | null;
  runnable: boolean;
}) {
  if (mark) return <VerdictMark outcome={mark.outcome} runs={mark.runs} />;
  return <span className="mark mark-none">{runnable ? "not run yet" : "not runnable yet"}</span>;
}
