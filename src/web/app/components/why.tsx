import { Link } from "react-router";
import type { Placed, SignalName } from "../../../feed/trending.ts";

/** What an entry's details say of its place. */
export interface WhyProps {
  why: Placed | null;
  /** How the list it stands in is ordered. */
  order: "signals" | "newest";
  /** The order of what trends is known. */
  ranked: boolean;
  /** ISO day of its listing, and by what. */
  listed: string;
  listedBy: string;
  upvotes: number | null;
  submitter: string | null;
}

const signalWords: Record<SignalName, [what: string, none: string]> = {
  votes: ["votes here", "no votes here yet"],
  reads: ["readers here", "not read here yet"],
  runs: ["runs that ended well", "not run here yet"],
  upvotes: ["votes elsewhere", "no votes elsewhere"],
  freshness: ["freshness", "no longer fresh"],
};

const endings: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };
// Made once: making one takes longer than rendering an entry.
const ordinals = new Intl.PluralRules("en", { type: "ordinal" });

/** 1st, 2nd, 3rd, 11th. */
export function ordinal(n: number): string {
  return `${n.toLocaleString("en-GB")}${endings[ordinals.select(n)]}`;
}

/** What is said where there are no ranks. */
function unranked(order: WhyProps["order"], ranked: boolean): string {
  if (order === "signals") return "It stands behind the papers that are ranked, by the day of listing.";
  return ranked ? "No signal speaks for it lately." : "What trends is not ranked yet.";
}

/** "Why is this here?": the ranks that an entry got from each signal, and how they became its place. */
export function Why({ why, order, ranked, listed, listedBy, upvotes, submitter }: WhyProps) {
  return (
    <details className="why">
      <summary>Why is this here?</summary>
      {order === "newest" && <p>This list has the newest arXiv ids first.</p>}
      {why && (
        <>
          <p>
            {order === "signals" ? `${ordinal(why.place)} here` : `${ordinal(why.place)} of what trends`}: each signal
            below ranks {why.of.toLocaleString("en-GB")} papers by itself, recent ones counting more, and{" "}
            <Link to="/papers/system-ranking">Borda’s rule</Link> makes one order of the rankings.
          </p>
          <ul>
            {why.ranks.map(({ signal, rank, of }) => (
              <li key={signal}>
                {rank > 0
                  ? `${signalWords[signal][0]}: ${ordinal(rank)} of ${of.toLocaleString("en-GB")}`
                  : signalWords[signal][1]}
              </li>
            ))}
          </ul>
          {why.kept && (
            <p>
              By the rankings alone it would be {ordinal(why.consensus)}; a few seats of every page are{" "}
              <Link to="/papers/multiwinner-fairness">kept for each field</Link>.
            </p>
          )}
        </>
      )}
      {!why && <p>{unranked(order, ranked)}</p>}
      <p>
        Listed on {listed} by {listedBy}
        {upvotes !== null && `, ${upvotes.toLocaleString("en-GB")} votes elsewhere`}
        {submitter !== null && `, put forward by ${submitter}`}.
      </p>
    </details>
  );
}
