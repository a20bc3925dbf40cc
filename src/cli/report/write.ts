import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Chart } from "../../kit/paper.ts";
import { chartSvg } from "./charts.ts";
import type { ReportFolder } from "./folder.ts";
import { type Report, reportHtml } from "./html.ts";
import { inlineTheme, lightTheme } from "./theme.ts";

/** Charts' names as file names, each its own. */
export function chartFiles(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const stem =
      name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "") || "chart";
    let file = `${stem}.svg`;
    for (let count = 2; taken.has(file); count++) file = `${stem}-${count}.svg`;
    taken.add(file);
    return file;
  });
}

/** Writes one SVG per chart into the folder's draft. */
export async function writeCharts(folder: ReportFolder, charts: readonly Chart[]): Promise<void> {
  const files = chartFiles(charts.map(({ name }) => name));
  for (const [i, chart] of charts.entries()) {
    await writeFile(join(folder.draft, files[i] ?? "chart.svg"), await chartSvg(chart, lightTheme));
  }
}

/** Writes report.html, report.json and one SVG per chart, and makes them final together. */
export async function writeReport(folder: ReportFolder, report: Report): Promise<void> {
  const date = new Date().toISOString();
  const { notes, charts } = report.recording;
  const inline: Record<string, string> = {};
  for (const chart of charts) inline[chart.name] = await chartSvg(chart, inlineTheme);
  await writeCharts(folder, charts);
  const record = { ...report.document, notes, charts, platform: report.platform, date };
  await writeFile(join(folder.draft, "report.json"), `${JSON.stringify(record, null, 2)}\n`);
  const html = reportHtml(report, { charts: inline, date: date.slice(0, 16).replace("T", " ") });
  await writeFile(join(folder.draft, "report.html"), html);
  await folder.commit();
}
