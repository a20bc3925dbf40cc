import { z } from "zod";
import { BadInput } from "../../kit/errors.ts";
import { readCursor } from "../../store/cursors.ts";
import { type AtomPage, readAtom } from "./atom.ts";
import { decodeText } from "./decode.ts";
import { ImportFailed, Passing } from "./failures.ts";
import type { Fetcher } from "./fetcher.ts";
import { type ImportContext, type ImportReport, Intake } from "./take-in.ts";

export interface ArxivOptions {
  /** E.g. ["cs.LG", "stat.ML"]. */
  categories: readonly string[];
  /** ISO day of the first submissions wanted; without it the import goes on where the last one ended, or a week ago. */
  since?: string | undefined;
  /** The API's address; arXiv's own without. */
  base?: string;
  pageSize?: number;
}

/** Where an import stands: submissions from `from` up to `to` are being read, and `start` of them are. */
const tokenSchema = z.object({
  since: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  start: z.int().min(0),
});
type Token = z.infer<typeof tokenSchema>;

const dayMs = 86_400_000;
/** Submissions of this long are asked for at a time: the API is slow and unreliable far into a long list. */
const spanMs = 7 * dayMs;
/** A submission can be read only once it is announced, up to this much later: every import begins this long before the end of the last. */
const announcementMs = 5 * dayMs;

const categoryPattern = /^[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[A-Za-z]+)*)?$/;

/** The categories of a list as in "cs.LG,stat.ML". */
export function parseCategories(text: string, where = "--category"): string[] {
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (categoryPattern.test(name)) continue;
    throw new BadInput(`"${name.slice(0, 40)}" is not an arXiv category`, {
      where,
      remedy: "Give one or more with commas, as in cs.LG,stat.ML.",
    });
  }
  return [...new Set(names)].sort();
}

/** The moment as the API wants it, to the minute. */
function stamp(iso: string): string {
  return iso.replace(/\D/g, "").slice(0, 12);
}

function minute(time: number): string {
  return new Date(Math.floor(time / 60_000) * 60_000).toISOString();
}

/** Imports new papers of some categories from the arXiv API. Can be stopped at any moment; the next call goes on from there. */
export async function importArxiv(
  fetcher: Fetcher,
  context: ImportContext,
  { categories, since, base = "https://export.arxiv.org/api/query", pageSize = 200 }: ArxivOptions,
): Promise<ImportReport> {
  const { signal, onProgress = () => {}, now = () => new Date() } = context;
  const source = `arxiv:${categories.join(",")}`;
  const intake = new Intake(context, "arxiv", source);
  const end = now().getTime();
  let token = beginning(tokenSchema.safeParse((await readCursor(context.db, source))?.token).data, since, end);
  const first = Date.parse(token.from);
  const finished = (): boolean => Date.parse(token.from) >= Math.floor(end / 60_000) * 60_000;
  let halved: string | undefined;
  while (!finished()) {
    onProgress((Date.parse(token.from) - first) / (end - first), `submissions of ${token.from.slice(0, 10)}`);
    const page = await readPage(fetcher, addressOf(base, categories, token, pageSize), token, signal);
    if (isBroken(page, token)) {
      // A shorter list may be given to its end. One that is not must be asked for again, later: the cursor stays.
      if (halved === token.from) throw new ImportFailed(brokenWords(page, token));
      halved = token.from;
      token = { ...token, to: minute((Date.parse(token.from) + Date.parse(token.to)) / 2), start: 0 };
      continue;
    }
    const start = token.start + page.entries.length;
    token =
      start >= page.total
        ? { ...token, from: token.to, to: minute(Math.min(Date.parse(token.to) + spanMs, end)), start: 0 }
        : { ...token, start };
    if (!finished()) {
      await intake.take(page.entries, token);
      continue;
    }
    const from = minute(Math.max(end - announcementMs, Date.parse(`${token.since}T00:00:00Z`)));
    await intake.take(page.entries, { ...token, from, to: from, start: 0 });
  }
  return intake.report;
}

/** The list ends before it is read to its end. */
function isBroken({ entries, total }: AtomPage, { start }: Token): boolean {
  return entries.length === 0 && total > start;
}

function brokenWords({ total }: AtomPage, { from, to, start }: Token): string {
  return `arXiv has ${total} submissions of ${from.slice(0, 10)} to ${to.slice(0, 10)} and gives ${start}.`;
}

function beginning(stored: Token | undefined, since: string | undefined, end: number): Token {
  if (stored && (since === undefined || since === stored.since)) {
    // The end of the span under way stays where it was: its results are counted from there.
    return stored.start > 0 ? stored : { ...stored, to: minute(Math.min(Date.parse(stored.from) + spanMs, end)) };
  }
  const day = since ?? new Date(end - spanMs).toISOString().slice(0, 10);
  const from = Date.parse(`${day}T00:00:00Z`);
  if (from >= end) throw new BadInput(`${day} is not in the past`, { where: "--since" });
  return { since: day, from: minute(from), to: minute(Math.min(from + spanMs, end)), start: 0 };
}

function addressOf(base: string, categories: readonly string[], { from, to, start }: Token, pageSize: number): string {
  const anyOf = categories.map((name) => `cat:${name}`).join(" OR ");
  const query = new URLSearchParams({
    search_query: `(${anyOf}) AND submittedDate:[${stamp(from)} TO ${stamp(to)}]`,
    sortBy: "submittedDate",
    sortOrder: "ascending",
    start: String(start),
    max_results: String(pageSize),
  });
  return `${base}?${query}`;
}

/** One page. The API now and then gives an empty page in the middle of a list; it is given back when it stays empty. */
async function readPage(
  fetcher: Fetcher,
  url: string,
  token: Token,
  signal: AbortSignal | undefined,
): Promise<AtomPage> {
  let empty: AtomPage | undefined;
  try {
    return await fetcher.get(
      url,
      ({ bytes, headers }) => {
        const read = readAtom(decodeText(bytes, headers["content-type"]));
        empty = isBroken(read, token) ? read : undefined;
        if (empty) throw new Passing("arXiv gives an empty page in the middle of a list");
        return read;
      },
      signal,
    );
  } catch (error) {
    if (error instanceof ImportFailed && empty) return empty;
    throw error;
  }
}
