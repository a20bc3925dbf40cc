import { BadInput } from "../../kit/errors.ts";
import { settlePapers } from "../../store/papers.ts";
import { importArxiv, parseCategories } from "./arxiv.ts";
import { importDaily } from "./daily.ts";
import type { Fetcher } from "./fetcher.ts";
import type { ImportContext, ImportReport } from "./take-in.ts";

/** An import that asks a source over the network. */
export type ImportJob =
  | { source: "arxiv"; categories: readonly string[]; since?: string | undefined }
  | { source: "daily"; date?: string | undefined };

/** Where the sources are asked; their own addresses without. Handed in by tests, and by nothing else. */
export interface SourceBases {
  arxiv?: string;
  daily?: string;
}

/** Runs an import to its end. Rejects with `ImportFailed` when the source cannot be read; the next run goes on from there. */
export async function runImport(
  job: ImportJob,
  fetcher: Fetcher,
  context: ImportContext,
  bases: SourceBases = {},
): Promise<ImportReport> {
  const base = bases[job.source];
  const at = base === undefined ? {} : { base };
  const report =
    job.source === "arxiv"
      ? await importArxiv(fetcher, context, { categories: job.categories, since: job.since, ...at })
      : await importDaily(fetcher, context, { date: job.date, ...at });
  if (report.added + report.updated > 0) await settlePapers(context.db);
  return report;
}

/** What an import did, in one sentence. */
export function reportLine({ added, updated, unchanged, skipped }: ImportReport): string {
  const papers = (count: number): string => `${count.toLocaleString("en")} ${count === 1 ? "paper" : "papers"}`;
  const parts = [`${papers(added)} added`, `${updated.toLocaleString("en")} brought up to date`];
  parts.push(`${unchanged.toLocaleString("en")} known already`);
  if (skipped > 0) parts.push(`${skipped.toLocaleString("en")} left out`);
  return `${parts.join(", ")}.`;
}

/** A job and the minute of the day (UTC) at which it runs. */
export interface ScheduledImport {
  /** As it stands in the setting. */
  text: string;
  job: ImportJob;
  cron: string;
}

/** Reads `LIVEPAPERS_IMPORT`, e.g. "arxiv:cs.LG,cs.CL@06:00; daily@07:30", or "none". */
export function parseSchedule(setting: string, where = "LIVEPAPERS_IMPORT"): ScheduledImport[] {
  const entries = setting
    .split(";")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "" && entry !== "none");
  return entries.map((text) => {
    const [, what = "", hour = "", minute = ""] = /^(.*)@([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
    const [source, categories] = what.split(/:(.*)/s).map((word) => word.trim());
    const cron = `${Number(minute)} ${Number(hour)} * * *`;
    if (hour !== "" && source === "daily" && categories === undefined) return { text, cron, job: { source } };
    if (hour !== "" && source === "arxiv" && categories !== undefined) {
      return { text, cron, job: { source, categories: parseCategories(categories, where) } };
    }
    throw new BadInput(`"${text.slice(0, 60)}" is not an import`, {
      where,
      remedy: "Write source@time, as in arxiv:cs.LG,cs.CL@06:00; daily@07:30. Times are UTC.",
    });
  });
}
