import type { Measured, PartVerdict, Verdict } from "../../../kit/paper.ts";
import { formatMeasured } from "../lib/format.ts";
import type { PartTexts } from "../server/run-page.server.ts";
import { ForestRow, sharedSpan } from "./forest.tsx";
import { Html } from "./html.tsx";
import { VerdictMark } from "./verdict-mark.tsx";

function MeasuredTable({ measured, name }: { measured: readonly Measured[]; name: string }) {
  const span = sharedSpan(measured);
  const intervals = measured.some((m) => m.low !== undefined);
  const counted = measured.some((m) => m.n !== undefined);
  return (
    // biome-ignore lint/a11y: what scrolls must be reachable by keyboard, and then needs a name
    <div className="scroll" tabIndex={0} role="region" aria-label={`Measured numbers, ${name}`}>
      <table className="measured">
        <thead>
          <tr>
            <th scope="col">Measured here</th>
            <th scope="col" className="number">
              Value
            </th>
            {intervals && <th scope="col">Interval</th>}
            {counted && (
              <th scope="col" className="number">
                n
              </th>
            )}
            {span && (
              <th>
                <span className="hidden-text">Drawn</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {measured
            .map((m) => ({ m, text: formatMeasured(m) }))
            .map(({ m, text }) => (
              <tr key={m.label}>
                <td>{m.label}</td>
                <td className="number">
                  {text.value}
                  {m.unit && <span className="unit"> {m.unit}</span>}
                </td>
                {intervals && <td className="interval">{text.interval ?? "–"}</td>}
                {counted && <td className="number">{m.n ?? "–"}</td>}
                {span && (
                  <td>
                    <ForestRow measured={m} span={span} />
                  </td>
                )}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

function Part({ part, texts, level }: { part: PartVerdict; texts: PartTexts[string] | undefined; level: 2 | 3 }) {
  const Heading = level === 2 ? "h3" : "h4";
  return (
    <li className="part verdict-part">
      <Heading>
        {part.name} <VerdictMark outcome={part.outcome} />
        {!part.required && <span className="tag">reported, does not decide</span>}
      </Heading>
      <p className="inequality">
        {part.outcome !== "shown" && <b>holds if</b>}
        {texts ? <Html html={texts.inequalityHtml} /> : <span>{part.inequality}</span>}
      </p>
      {part.reason && <p>{part.reason}</p>}
      {part.measured.length > 0 && <MeasuredTable measured={part.measured} name={part.name} />}
      {texts && texts.reported.length > 0 && (
        <ul className="part-reported">
          {texts.reported.map((figure) => (
            <li key={figure.whatHtml}>
              <span className="tag">paper</span> <Html html={figure.whatHtml} />:{" "}
              <Html as="b" html={figure.valueHtml} /> <Html className="tag" html={`(${figure.whereHtml})`} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** The verdict of a run: per part the inequality, the measured numbers and the paper's own. */
export function VerdictReport({ verdict, texts, level }: { verdict: Verdict; texts: PartTexts; level: 2 | 3 }) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className="verdict" aria-label="Verdict">
      <Heading className="verdict-head">
        <span>The claim</span> <VerdictMark outcome={verdict.outcome} />
      </Heading>
      <ol className="parts">
        {verdict.parts.map((part) => (
          <Part key={part.name} part={part} texts={texts[part.name]} level={level} />
        ))}
      </ol>
    </section>
  );
}
