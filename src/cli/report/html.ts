import type { Card, ExperimentCard, PartVerdict, Table } from "../../kit/paper.ts";
import { kebab } from "../../kit/params.ts";
import { shownValue } from "../flags.ts";
import type { Recording } from "../recorder.ts";
import type { ReproduceDocument } from "../reproduce.ts";
import { columnDigits, formatCell, formatMeasured } from "../terminal/numbers.ts";
import { duration } from "../terminal/text.ts";
import { partsHeld } from "../terminal/verdict.ts";
import { escapeHtml, markdownHtml, proseHtml } from "./prose.ts";
import { style } from "./style.ts";

export interface Report {
  card: Card | ExperimentCard;
  document: ReproduceDocument;
  recording: Recording;
  /** The machine it was measured on. */
  platform: string;
}

/** What the page needs beyond the report: drawn charts by name, and when it was measured. */
export interface Setting {
  charts: Record<string, string>;
  date: string;
}

function outcomeClass(outcome: string): string {
  return outcome.replace(/ /g, "-");
}

function tableHtml(table: Table): string {
  const columns = table.columns.map((column) => {
    const cells = table.rows.map((row) => row[column.key] ?? null);
    const present = cells.filter((cell) => cell !== null);
    const numeric = present.length > 0 && present.every((cell) => typeof cell === "number");
    return { column, digits: columnDigits(column, cells), kind: numeric ? ' class="number"' : "" };
  });
  const head = columns
    .map(
      ({ column: { label, unit }, kind }) =>
        `<th scope="col"${kind}>${proseHtml(unit ? `${label} (${unit})` : label)}</th>`,
    )
    .join("");
  const rows = table.rows.map((row) => {
    const cells = columns.map(
      ({ column, digits, kind }) => `<td${kind}>${proseHtml(formatCell(row[column.key], digits))}</td>`,
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<div class="scroll" tabindex="0"><table><caption>${proseHtml(table.title)}</caption><thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

function measuredHtml({ measured }: PartVerdict): string {
  if (measured.length === 0) return "";
  const counted = measured.some((m) => m.n !== undefined);
  const rows = measured.map((m) => {
    const n = counted ? `<td class="number">${m.n ?? ""}</td>` : "";
    return `<tr><td>${proseHtml(m.label)}</td><td class="number">${escapeHtml(formatMeasured(m))}</td>${n}</tr>`;
  });
  const interval = measured.some((m) => m.low !== undefined) ? "value [interval]" : "value";
  const head = `<th scope="col">measured</th><th scope="col" class="number">${interval}</th>${counted ? '<th scope="col" class="number">n</th>' : ""}`;
  return `<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

function partHtml(part: PartVerdict): string {
  const reported = part.reported.map(
    (figure) =>
      `<li>${proseHtml(figure.what)}: <strong>${proseHtml(figure.value)}</strong> (${proseHtml(figure.where)})</li>`,
  );
  return [
    `<h3>${proseHtml(part.name)}: <span class="outcome ${outcomeClass(part.outcome)}">${part.outcome}</span>${part.required ? "" : " (reported, does not count)"}</h3>`,
    `<p class="inequality">${proseHtml(part.inequality)}</p>`,
    measuredHtml(part),
    part.reason ? `<p>${proseHtml(part.reason)}</p>` : "",
    reported.length > 0 ? `<p class="meta">The paper reports</p><ul>${reported.join("\n")}</ul>` : "",
  ].join("\n");
}

/** The command line that measures the same again. */
export function commandLine({ slug, scale, seed, params }: ReproduceDocument): string {
  const flags = Object.entries(params).map(([name, value]) => {
    if (value === true) return `--${kebab(name)}`;
    if (value === false) return `--no-${kebab(name)}`;
    const text = shownValue(value);
    return `--${kebab(name)} ${/^[\w.,:+-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`}`;
  });
  return ["livepapers reproduce", slug, "--scale", scale, "--seed", seed, ...flags].join(" ");
}

function itemsHtml({ recording }: Report, charts: Record<string, string>): string {
  return recording.items
    .map((item) => {
      if ("note" in item) return markdownHtml(item.note);
      if ("table" in item) {
        const table = recording.tables.find(({ name }) => name === item.table);
        return table ? tableHtml(table) : "";
      }
      const chart = recording.charts.find(({ name }) => name === item.chart);
      const svg = charts[item.chart];
      return chart && svg ? `<figure>${svg}<figcaption>${proseHtml(chart.alt)}</figcaption></figure>` : "";
    })
    .join("\n");
}

function sourceHtml({ authors, venue, year, arxiv }: Card): string {
  const link = `<a href="https://arxiv.org/abs/${arxiv}">arXiv ${arxiv}</a>`;
  return `<p class="meta">${escapeHtml(authors.join(", "))}. ${escapeHtml(venue ?? String(year))}. ${link}</p>`;
}

/** The report as one page that needs nothing else: style and charts are in it, and no script. */
export function reportHtml(report: Report, { charts, date }: Setting): string {
  const { card, document, platform } = report;
  const { verdict } = document;
  const { held, required } = partsHeld(verdict);
  const facts: [string, string][] = [
    ["scale", document.scale],
    ["seed", String(document.seed)],
    ...Object.entries(document.params).map(([name, value]): [string, string] => [kebab(name), shownValue(value)]),
    ["measured in", duration(document.durationMs)],
    ["on", date],
    ["platform", platform],
    ["version", `livepapers ${document.version}`],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(card.slug)}: ${verdict.outcome}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${proseHtml(card.title)}</h1>
${"authors" in card ? sourceHtml(card) : ""}
<p>${proseHtml(card.claim.words)}</p>
<div class="verdict ${outcomeClass(verdict.outcome)}"><strong>${verdict.outcome}</strong> <span>${held} of ${required} required ${required === 1 ? "part" : "parts"}</span></div>
<h2>Verdict</h2>
${verdict.parts.map(partHtml).join("\n")}
<h2>Measurements</h2>
${itemsHtml(report, charts)}
<h2>The run</h2>
<dl>${facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join("\n")}</dl>
<pre><code>${escapeHtml(commandLine(document))}</code></pre>
<footer>Measured by livepapers. Same seed, same parameters, same platform: same numbers.</footer>
</main>
</body>
</html>
`;
}
