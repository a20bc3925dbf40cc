import type { ClaimOutcome, PartOutcome, PartVerdict, Verdict } from "../../kit/paper.ts";
import { plainMath } from "../../kit/plain-math.ts";
import { formatMeasured } from "./numbers.ts";
import type { Paint } from "./sheet.ts";
import { padEnd, paragraph, textWidth, wrap } from "./text.ts";

const marks: Record<ClaimOutcome | PartOutcome, string> = {
  holds: "✓",
  "partly holds": "◐",
  "does not hold": "✗",
  inconclusive: "?",
  shown: "·",
};

/** An outcome in its colour, with a mark that says the same without colours. */
export function paintOutcome(outcome: ClaimOutcome | PartOutcome, paint: Paint): string {
  const text = `${marks[outcome]} ${outcome}`;
  if (outcome === "holds") return paint.good(text);
  if (outcome === "shown") return paint.dim(text);
  return outcome === "does not hold" ? paint.bad(text) : paint.open(text);
}

/** "2 of 3 required parts hold". */
export function partsHeld(verdict: Verdict): { held: number; required: number } {
  const required = verdict.parts.filter((part) => part.required);
  return { held: required.filter((part) => part.outcome === "holds").length, required: required.length };
}

/** Label and value on one line where both fit, the label on lines of its own above the value where they do not. */
function pairs(rows: [label: string, value: string][], columns: number, indent: number): string[] {
  const pad = " ".repeat(indent);
  const widest = Math.max(...rows.map(([label]) => textWidth(label)));
  const values = Math.max(...rows.map(([, value]) => textWidth(value)));
  if (indent + widest + 2 + values <= columns) {
    return rows.map(([label, value]) => `${pad}${padEnd(label, widest)}  ${value}`);
  }
  return rows.flatMap(([label, value]) => {
    if (indent + textWidth(label) + 2 + textWidth(value) <= columns) return [`${pad}${label}  ${value}`];
    return [...wrap(label, columns - indent).map((line) => pad + line), `${pad}  ${value}`];
  });
}

function renderPart(part: PartVerdict, columns: number, paint: Paint): string[] {
  const kind = part.required ? "" : paint.dim(" (reported, does not count)");
  const lines = [`${paint.bold(part.name)}  ${paintOutcome(part.outcome, paint)}${kind}`];
  lines.push(paint.dim(paragraph(plainMath(part.inequality), columns, 2)));
  if (part.measured.length > 0) {
    // Draws behind every number are said once where they are the same.
    const [{ n } = { n: undefined }] = part.measured;
    const shared = part.measured.every((m) => m.n === n) ? n : undefined;
    lines.push(shared === undefined ? "  measured" : `  measured${paint.dim(` (n = ${shared})`)}`);
    const rows = part.measured.map((m): [string, string] => [
      plainMath(m.label),
      formatMeasured(m) + (m.n === undefined || m.n === shared ? "" : paint.dim(`  n = ${m.n}`)),
    ]);
    lines.push(...pairs(rows, columns, 4));
  }
  if (part.reported.length > 0) {
    lines.push("  the paper");
    for (const figure of part.reported) {
      lines.push(
        paragraph(`${plainMath(figure.what)}: ${plainMath(figure.value)} (${plainMath(figure.where)})`, columns, 4, 6),
      );
    }
  }
  if (part.reason) lines.push(paragraph(plainMath(part.reason), columns, 2));
  return lines;
}

/** The verdict of a claim: its outcome, then every part with inequality, measured numbers and the paper's figures. */
export function renderVerdict(verdict: Verdict, columns: number, paint: Paint): string {
  const width = Math.min(columns, 110);
  const { held, required } = partsHeld(verdict);
  const head = `${paint.bold("Verdict:")} ${paintOutcome(verdict.outcome, paint)}`;
  const count = paint.dim(`  ${held} of ${required} required ${required === 1 ? "part" : "parts"}`);
  const lines = [paint.dim("━".repeat(width)), head + count];
  for (const part of verdict.parts) lines.push("", ...renderPart(part, width, paint));
  lines.push(paint.dim("━".repeat(width)));
  return lines.join("\n");
}
