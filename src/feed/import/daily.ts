import { z } from "zod";
import { BadInput } from "../../kit/errors.ts";
import { readCursor } from "../../store/cursors.ts";
import { decodeText } from "./decode.ts";
import type { Entry } from "./entry.ts";
import { ImportFailed, Passing } from "./failures.ts";
import type { Fetcher } from "./fetcher.ts";
import { type ImportContext, type ImportReport, Intake, type RawEntry } from "./take-in.ts";

export interface DailyOptions {
  /** ISO day; without it every day since the last import, and the days before it again for their votes. */
  date?: string | undefined;
  /** The list's address; the Hugging Face hub's own without. */
  base?: string;
}

const dayMs = 86_400_000;
/** Votes of a day still come in for this long. */
const againDays = 3;
/** Without a date, no further back than this. */
const mostDays = 30;
const pageSize = 100;
/** A day has never had a tenth of these papers. */
const mostPages = 20;

const tokenSchema = z.object({ day: z.iso.date() });

/** What we take of an item of the list. Other things in it are passed over. */
const itemSchema = z.object({
  paper: z.object({
    id: z.string(),
    title: z.string().optional(),
    summary: z.string().optional(),
    authors: z.array(z.object({ name: z.string() })).optional(),
    publishedAt: z.string().optional(),
    upvotes: z.number().optional(),
  }),
  title: z.string().optional(),
  summary: z.string().optional(),
  submittedBy: z.object({ fullname: z.string().optional(), name: z.string().optional() }).optional(),
});

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Imports the daily papers of the Hugging Face hub, with their votes and who put them forward. */
export async function importDaily(
  fetcher: Fetcher,
  context: ImportContext,
  { date, base = "https://huggingface.co/api/daily_papers" }: DailyOptions = {},
): Promise<ImportReport> {
  const { db, signal, onProgress = () => {}, now = () => new Date() } = context;
  const today = isoDay(now().getTime());
  if (date !== undefined && date > today) throw new BadInput(`${date} is not in the past`, { where: "--date" });
  const intake = new Intake(context, "daily", "daily");
  const stored = tokenSchema.safeParse((await readCursor(db, "daily"))?.token).data?.day;
  const days = date === undefined ? daysSince(stored, today) : [date];
  for (const [i, day] of days.entries()) {
    onProgress(i / days.length, `daily papers of ${day}`);
    const token = { day: stored !== undefined && stored > day ? stored : day };
    for (let number = 0; number < mostPages; number++) {
      const url = `${base}?${new URLSearchParams({ date: day, limit: String(pageSize), p: String(number) })}`;
      const items = await fetcher.get(
        url,
        ({ bytes, headers }) => readList(decodeText(bytes, headers["content-type"])),
        signal,
      );
      // One day says nothing of those between it and the cursor, which stays; where there is none yet, the next import begins with this day.
      await intake.take(
        items.map((item) => readItem(item, day)),
        date === undefined ? token : { day: stored ?? isoDay(Date.parse(day)) },
      );
      if (items.length < pageSize) break;
    }
  }
  return intake.report;
}

function daysSince(stored: string | undefined, today: string): string[] {
  const end = Date.parse(today);
  const from = stored === undefined ? end - dayMs : Date.parse(stored) - againDays * dayMs;
  const days: string[] = [];
  for (let time = Math.max(from, end - mostDays * dayMs); time <= end; time += dayMs) days.push(isoDay(time));
  return days;
}

function readList(text: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Passing("the list of daily papers is not whole");
  }
  if (!Array.isArray(value)) throw new ImportFailed("The answer is not a list of daily papers.");
  return value;
}

function readItem(item: unknown, day: string): RawEntry {
  const { success, data, error } = itemSchema.safeParse(item);
  if (!success) {
    const [issue] = error.issues;
    return { where: `daily papers of ${day}`, problem: `${issue?.path.join(".")}: ${issue?.message}` };
  }
  const { paper, submittedBy } = data;
  const submitter = submittedBy?.fullname?.trim() || submittedBy?.name?.trim();
  const entry: Partial<Entry> = {
    arxiv: paper.id,
    title: paper.title ?? data.title ?? "",
    authors: (paper.authors ?? []).map((author) => author.name),
    abstract: paper.summary ?? data.summary ?? "",
    listed: day,
    upvotes: paper.upvotes ?? null,
    submitter: submitter || null,
    ...(paper.publishedAt === undefined ? {} : { published: paper.publishedAt }),
  };
  return { where: `daily papers of ${day}, ${paper.id.slice(0, 40)}`, value: entry };
}
