import { Link } from "react-router";
import type { PaperName } from "../server/papers.server.ts";

interface Props {
  runs: readonly {
    id: string;
    kind: "claim" | "tool";
    tool: string | null;
    state: string;
    verdict: string | null;
    shared: boolean;
    created: string;
    paper: PaperName;
    /** The account's; otherwise this browser's only. */
    mine: boolean;
  }[];
  more: boolean;
}

/** The runs of the account and of this browser, newest first. */
export function OwnRuns({ runs, more }: Props) {
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Your runs</h2>
      {runs.length === 0 ? (
        <p className="aside-note">None yet.</p>
      ) : (
        // biome-ignore lint/a11y: what scrolls must be reachable by keyboard, and then needs a name
        <div className="scroll" tabIndex={0} role="region" aria-label="Runs, newest first">
          <table className="own-runs">
            <thead>
              <tr>
                <th scope="col">Run</th>
                <th scope="col">Paper</th>
                <th scope="col">Came out</th>
                <th scope="col">Started</th>
                <th scope="col">Who can see it</th>
              </tr>
            </thead>
            <tbody>
              {runs.map((run) => (
                <tr key={run.id}>
                  <td>
                    <Link to={`/runs/${run.id}`}>{run.kind === "claim" ? "claim" : `tool ${run.tool ?? ""}`}</Link>
                  </td>
                  <td>{run.paper.title}</td>
                  <td>{run.verdict ?? run.state}</td>
                  <td>{run.created}</td>
                  <td>
                    {run.kind === "claim" || run.shared ? "everyone" : "you"}
                    {!run.mine && <span className="tag"> this browser</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {more && <p className="aside-note">The latest {runs.length} are shown; the export has all.</p>}
    </section>
  );
}
