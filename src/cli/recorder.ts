import type { Chart, RunEvent, Table } from "../kit/paper.ts";
import { plainMarkdown } from "../kit/plain-math.ts";
import { createProgress, type ProgressLine } from "./terminal/progress.ts";
import type { Sheet } from "./terminal/sheet.ts";
import { renderTable } from "./terminal/table.ts";
import { paragraph } from "./terminal/text.ts";

/** The last state of everything a run said, in the order in which things first appeared. */
export interface Recording {
  tables: Table[];
  charts: Chart[];
  notes: string[];
  items: ({ table: string } | { chart: string } | { note: string })[];
}

export function emptyRecording(): Recording {
  return { tables: [], charts: [], notes: [], items: [] };
}

function put<T extends { name: string }>(list: T[], item: T): boolean {
  const at = list.findIndex((other) => other.name === item.name);
  if (at < 0) list.push(item);
  else list[at] = item;
  return at < 0;
}

/** Keeps an event; progress is not kept. */
export function record(recording: Recording, event: RunEvent): void {
  if (event.type === "table") {
    const { type: _, ...table } = event;
    if (put(recording.tables, table)) recording.items.push({ table: table.name });
  } else if (event.type === "chart") {
    const { type: _, ...chart } = event;
    if (put(recording.charts, chart)) recording.items.push({ chart: chart.name });
  } else if (event.type === "note") {
    recording.notes.push(event.markdown);
    recording.items.push({ note: event.markdown });
  }
}

/** Tables and notes as text, in their order; each block ends with an empty line. */
export function renderRecording(recording: Recording, sheet: Sheet): void {
  for (const item of recording.items) {
    if ("chart" in item) continue;
    if ("note" in item) {
      const parts = plainMarkdown(item.note).split(/\n{2,}|\n(?=\s*[-*] )/);
      sheet.line(parts.map((part) => paragraph(part, sheet.columns, 0, /^[-*] /.test(part) ? 2 : 0)).join("\n"));
    } else {
      const table = recording.tables.find(({ name }) => name === item.table);
      if (table) sheet.line(renderTable(table, sheet.columns, sheet.paint));
    }
    sheet.line();
  }
}

/** Runs `work` with a progress line on `sheet` that is gone when it ends, well or not. */
export async function withProgress<T>(sheet: Sheet, work: (progress: ProgressLine) => Promise<T>): Promise<T> {
  const progress = createProgress(sheet);
  try {
    return await work(progress);
  } finally {
    progress.stop();
  }
}
