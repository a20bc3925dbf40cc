import { Link } from "react-router";
import type { PartOutcome } from "../../../kit/paper.ts";
import { formatMeasured } from "../lib/format.ts";
import type { ComparedRow, compareRuns } from "../server/run-page.server.ts";
import { VerdictMark } from "./verdict-mark.tsx";

function Value({ number, unit }: { number: ComparedRow["here"]; unit: string | null }) {
  if (!number) return <>–</>;
  const { value, interval } = formatMeasured(number);
  return (
    <>
      {value}
      {unit && <span className="unit"> {unit}</span>}
      {interval && <span className="interval"> ({interval})</span>}
    </>
  );
}

/** Two runs of a claim side by side: what was set differently, how each part came out, every number. */
export function Comparison({
  here,
  comparison,
}: {
  here: string;
  comparison: { id: string } & ReturnType<typeof compareRuns>;
}) {
  const { id, outcomes, rows, differences } = comparison;
  const head = (
    <tr>
      <th scope="col">
        <span className="hidden-text">What</span>
      </th>
      <th scope="col">this run</th>
      <th scope="col">
        <Link to={`/runs/${id}`}>{id}</Link>
      </th>
    </tr>
  );
  return (
    <section className="comparison" aria-labelledby="comparison">
      <h2 id="comparison">Compared with {id}</h2>
      <p className="tag">
        <Link to={`/runs/${here}`}>Show this run alone</Link>
      </p>
      {differences.length === 0 ? (
        <p>Both runs had the same settings on the same platform.</p>
      ) : (
        // biome-ignore lint/a11y: what scrolls must be reachable by keyboard, and then needs a name
        <div className="scroll" tabIndex={0} role="region" aria-label="Settings that differ">
          <table>
            <thead>{head}</thead>
            <tbody>
              {differences.map((setting) => (
                <tr key={setting.name}>
                  <th scope="row">{setting.name}</th>
                  <td>{setting.here}</td>
                  <td>{setting.there}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {outcomes.map((part) => (
        // biome-ignore lint/a11y: what scrolls must be reachable by keyboard, and then needs a name
        <div key={part.part} className="scroll" tabIndex={0} role="region" aria-label={`Numbers of ${part.part}`}>
          <table>
            <thead>{head}</thead>
            <tbody>
              <tr>
                <th scope="row">{part.part}</th>
                <td>{part.here ? <VerdictMark outcome={part.here as PartOutcome} /> : "–"}</td>
                <td>{part.there ? <VerdictMark outcome={part.there as PartOutcome} /> : "–"}</td>
              </tr>
              {rows
                .filter((row) => row.part === part.part)
                .map((row) => (
                  <tr key={row.label}>
                    <td>{row.label}</td>
                    <td>
                      <Value number={row.here} unit={row.unit} />
                    </td>
                    <td>
                      <Value number={row.there} unit={row.unit} />
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      ))}
    </section>
  );
}
