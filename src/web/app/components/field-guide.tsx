import { Link } from "react-router";
import { formatMoment } from "../lib/format.ts";
import type { GuidePage } from "../server/guide.server.ts";
import { Html } from "./html.tsx";
import { RunOutput } from "./run-output.tsx";
import { RunPanel } from "./run-panel.tsx";
import { VerdictMark } from "./verdict-mark.tsx";

/** Which method of a field when: advice, each row with the measurement behind it. */
function AdviceTable({ guide }: { guide: GuidePage }) {
  return (
    // biome-ignore lint/a11y: what scrolls must be reachable by keyboard, and then needs a name
    <section className="scroll" tabIndex={0} aria-label="Methods, side by side">
      <table className="advice">
        <thead>
          <tr>
            <th scope="col">Method</th>
            <th scope="col">Reach for it when</th>
            <th scope="col">It needs</th>
            <th scope="col">Cost</th>
            <th scope="col">Measured here, last</th>
          </tr>
        </thead>
        <tbody>
          {guide.advice.map((row) => (
            <tr key={row.methodHtml}>
              <th scope="row">
                {row.slug ? (
                  <Link to={`/papers/${row.slug}`}>
                    <Html html={row.methodHtml} />
                  </Link>
                ) : (
                  <Html html={row.methodHtml} />
                )}
              </th>
              <td>
                <Html html={row.whenHtml} />
              </td>
              <td>
                <Html html={row.needsHtml} />
              </td>
              <td>
                <Html html={row.costHtml} />
              </td>
              <td>
                <Html as="p" className="advice-words" html={guide.texts[row.part]?.wordsHtml ?? ""} />
                {row.outcome ? <VerdictMark outcome={row.outcome} /> : <span className="tag">not measured yet</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Helps to choose among the methods of a field: advice, the comparison behind it, and a form that measures it anew. */
export function FieldGuide({ field, guide }: { field: string; guide: GuidePage }) {
  return (
    <div className="field-guide">
      <section aria-labelledby="choose">
        <h2 id="choose">Which method when</h2>
        <AdviceTable guide={guide} />
      </section>
      <section aria-labelledby="compare">
        <h2 id="compare">{<Html html={guide.titleHtml} />}</h2>
        <Html as="p" className="claim-words" html={guide.wordsHtml} />
        {guide.last ? (
          <details className="last-comparison" open>
            <summary>The latest comparison{guide.last.finished && `, ${formatMoment(guide.last.finished)}`}</summary>
            <p>
              Its record is <Link to={`/runs/${guide.last.id}`}>/runs/{guide.last.id}</Link>.
            </p>
            <RunOutput view={guide.last.view} texts={guide.texts} notes={guide.last.notes} />
          </details>
        ) : (
          <p>It has not been measured on this server yet: run it below.</p>
        )}
      </section>
      <section aria-labelledby="run" className="no-print">
        <h2 id="run">Measure it again</h2>
        {guide.form && (
          <RunPanel
            key={guide.slug}
            slug={guide.slug}
            action={`/fields/${field}/run`}
            anywhere={guide.anywhere}
            form={guide.form}
            texts={guide.texts}
          />
        )}
      </section>
    </div>
  );
}
