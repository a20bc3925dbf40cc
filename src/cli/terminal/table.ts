import type { Cell, Column, Table } from "../../kit/paper.ts";
import { plainMath } from "../../kit/plain-math.ts";
import { columnDigits, formatCell } from "./numbers.ts";
import type { Paint } from "./sheet.ts";
import { clip, padEnd, padStart, textWidth } from "./text.ts";

const gap = 2;
const mostRows = 60;

/** Narrows the widest columns one step at a time until the row fits; no column gets narrower than `least`. */
function narrow(widths: number[], columns: number, least: number): number[] {
  const fitted = [...widths];
  const total = (): number => fitted.reduce((sum, width) => sum + width + gap, -gap);
  while (total() > columns) {
    const widest = fitted.indexOf(Math.max(...fitted));
    if ((fitted[widest] ?? 0) <= least) break;
    fitted[widest] = (fitted[widest] ?? 0) - 1;
  }
  return fitted;
}

function headOf(column: Column): string {
  return plainMath(column.unit ? `${column.label} (${column.unit})` : column.label);
}

/** How many of the columns fit side by side, at their natural widths, at least one beside the first. */
function sideBySide(widths: readonly number[], columns: number): number {
  let used = widths[0] ?? 0;
  let count = 1;
  while (count < widths.length) {
    const next = used + gap + (widths[count] ?? 0);
    if (next > columns && count >= 2) break;
    used = next;
    count += 1;
  }
  return count;
}

/**
 * A table set for a terminal: numbers to the right, text to the left, a rule under the head. One that is wider than the
 * terminal is broken into blocks that repeat the first column; long text cells are cut with "…".
 */
export function renderTable(table: Table, columns: number, paint: Paint): string {
  const lines = [paint.bold(plainMath(table.title))];
  const numeric = table.columns.map((column) => {
    const present = table.rows.map((row) => row[column.key]).filter((cell) => cell !== null && cell !== undefined);
    return present.length > 0 && present.every((cell) => typeof cell === "number");
  });
  const rows = table.rows.slice(0, mostRows);
  const digits = table.columns.map((column) => columnDigits(column, cellsOf(table, column)));
  const text = rows.map((row) =>
    table.columns.map((column, c) => {
      const shown = formatCell(row[column.key], digits[c]);
      return typeof row[column.key] === "string" ? plainMath(shown) : shown;
    }),
  );
  const heads = table.columns.map(headOf);
  const natural = heads.map((head, c) => Math.max(textWidth(head), ...text.map((row) => textWidth(row[c] ?? ""))));
  const roomy = natural.map((width, c) =>
    numeric[c] ? width : Math.min(width, Math.max(24, Math.floor(columns / 2))),
  );
  const all = heads.map((_, c) => c);
  const count = sideBySide(roomy, columns);
  const blocks: number[][] = [];
  if (count >= all.length) blocks.push(all);
  else {
    blocks.push(all.slice(0, count));
    for (let start = count; start < all.length; ) {
      const rest = all.slice(start);
      const size = sideBySide([roomy[0] ?? 0, ...rest.map((c) => roomy[c] ?? 0)], columns) - 1;
      blocks.push([0, ...rest.slice(0, size)]);
      start += size;
    }
  }
  for (const [b, block] of blocks.entries()) {
    if (b > 0) lines.push("");
    const widths = narrow(
      block.map((c) => roomy[c] ?? 0),
      columns,
      8,
    );
    const set = (cells: readonly string[]): string =>
      block
        .map((c, i) => (numeric[c] ? padStart : padEnd)(clip(cells[c] ?? "", widths[i] ?? 0), widths[i] ?? 0))
        .join(" ".repeat(gap))
        .trimEnd();
    lines.push(paint.dim(set(heads)));
    lines.push(paint.dim("─".repeat(widths.reduce((sum, width) => sum + width + gap, -gap))));
    for (const row of text) lines.push(set(row));
  }
  const hidden = table.rows.length - rows.length;
  if (hidden > 0) lines.push(paint.dim(`… and ${hidden} more rows (all of them with --json)`));
  return lines.join("\n");
}

function cellsOf(table: Table, column: Column): Cell[] {
  return table.rows.map((row) => row[column.key] ?? null);
}
