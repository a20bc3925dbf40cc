import { Link, useLoaderData } from "react-router";
import { newestFirst } from "../../../feed/order.ts";
import type { ClaimOutcome } from "../../../kit/paper.ts";
import { isRunnable } from "../../../kit/paper.ts";
import { servicesOf } from "../../services.ts";
import { Html } from "../components/html.tsx";
import { PaperMark, VerdictMark } from "../components/verdict-mark.tsx";
import { formatDuration, formatMoment } from "../lib/format.ts";
import { headlineOf } from "../server/headline.server.ts";
import { paperLine } from "../server/papers.server.ts";
import type { PageArgs } from "../server/request.server.ts";
import { richText } from "../server/rich-text.server.ts";

export async function loader(args: PageArgs) {
  const { papers, verdicts } = servicesOf(args);
  const known = await verdicts();
  const rows = newestFirst(papers, { runnableFirst: true }).map((paper) => {
    const verdict = known.get(paper.card.slug);
    const figure = paper.card.reported[0];
    return {
      ...paperLine(paper, known),
      reported: figure ? { whatHtml: richText(figure.what), valueHtml: richText(figure.value) } : null,
      measured: verdict ? headlineOf(verdict.run) : null,
      scale: verdict?.run.scale ?? null,
      durationMs: verdict?.run.durationMs ?? null,
      finished: verdict?.run.finished ? formatMoment(verdict.run.finished) : null,
    };
  });
  const outcomes: ClaimOutcome[] = ["holds", "partly holds", "does not hold", "inconclusive"];
  return {
    rows,
    tallies: outcomes.map((outcome) => ({
      outcome,
      papers: rows.filter((row) => row.mark?.outcome === outcome).length,
    })),
    runnable: papers.filter(isRunnable).length,
    total: papers.length,
  };
}

export default function Claims() {
  const { rows, tallies, runnable, total } = useLoaderData<typeof loader>();
  return (
    <div className="page">
      <title>Claims · livepapers</title>
      <h1>Claims, measured</h1>
      <p className="lede">
        What every paper reports, and what came out when its claim last ran on this server. {runnable} of {total} papers
        run.
      </p>
      <ul className="tallies">
        {tallies.map((tally) => (
          <li key={tally.outcome}>
            <VerdictMark outcome={tally.outcome} /> <span className="tally">{tally.papers}</span>
          </li>
        ))}
      </ul>
      {/* biome-ignore lint/a11y: what scrolls must be reachable by keyboard, and then needs a name */}
      <section className="scroll" tabIndex={0} aria-label="Scoreboard">
        <table className="board">
          <thead>
            <tr>
              <th scope="col">Paper</th>
              <th scope="col">The paper reports</th>
              <th scope="col">Measured here, last</th>
              <th scope="col">Verdict</th>
              <th scope="col" className="number">
                Runs
              </th>
              <th scope="col" className="number">
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.slug}>
                <th scope="row" className="paper-cell">
                  <Link to={`/papers/${row.slug}`}>
                    <Html html={row.titleHtml} />
                  </Link>
                </th>
                <td className="figure-cell">
                  {row.reported ? (
                    <>
                      <Html as="b" html={row.reported.valueHtml} /> <Html html={row.reported.whatHtml} />
                    </>
                  ) : (
                    "–"
                  )}
                </td>
                <td className="figure-cell">
                  {row.measured ? (
                    <>
                      <b>{row.measured.value}</b> {row.measured.label}
                    </>
                  ) : (
                    "–"
                  )}
                </td>
                <td>
                  {row.mark ? (
                    <Link to={`/runs/${row.mark.runId}`} className="quiet" title={row.finished ?? undefined}>
                      <VerdictMark outcome={row.mark.outcome} />
                    </Link>
                  ) : (
                    <PaperMark mark={null} runnable={row.runnable} />
                  )}
                </td>
                <td className="number">{row.mark ? row.mark.runs : "–"}</td>
                <td className="number">
                  {row.durationMs === null ? "–" : formatDuration(row.durationMs)}
                  {row.scale && <span className="hidden-text"> at {row.scale} scale</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
