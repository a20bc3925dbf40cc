import { z } from "zod";
import { type FieldId, fieldIds } from "../../kit/fields.ts";
import type { ImportedPaper } from "../../store/papers.ts";
import { monthOf, parseArxivId, serialOf } from "../arxiv-id.ts";
import { classify } from "../classify.ts";
import { BadEntry } from "./failures.ts";

/** One line of text: no line ends, no control characters, single spaces. */
const line = (most: number) =>
  z
    .string()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .transform((text) => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/g, " ").trim())
    .refine((text) => !text.includes("\ufffd"), "is not in the encoding it says")
    .refine((text) => text.length > 0, "is empty")
    .refine((text) => text.length <= most, {
      error: ({ input }) =>
        `has ${String(input).length.toLocaleString("en")} characters and may have ${most.toLocaleString("en")}`,
    });

const moment = z.string().refine((text) => Number.isFinite(Date.parse(text)), "is not a date");
const day = z.iso.date("is not a day as in 2024-05-31");

/** A paper in a file of `livepapers import file`, one JSON object a line (docs/importing.md). */
export const entrySchema = z.object({
  arxiv: z.string(),
  version: z.int().min(0).max(9999).optional(),
  title: line(1000),
  authors: z.array(line(300)).min(1, "has no name").max(10_000),
  abstract: line(20_000),
  categories: z.array(z.string().regex(/^[A-Za-z-]+(\.[A-Za-z-]+)?$/, "is not a category as in cs.LG")).default([]),
  field: z.enum(fieldIds as [FieldId, ...FieldId[]]).optional(),
  published: moment.optional(),
  updated: moment.optional(),
  /** The day it is listed under; the day of publication without. */
  listed: day.optional(),
  upvotes: z.int().min(0).max(1e9).nullable().optional(),
  submitter: line(200).nullable().optional(),
});

export type Entry = z.input<typeof entrySchema>;

/** How far ahead of our clock a source may be. */
const slackMs = 36 * 3600_000;

/** An entry of a source, checked and cleaned. Throws `BadEntry`, with one sentence, for one that cannot be shown. */
export function readEntry(value: unknown, now: Date): ImportedPaper {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadEntry(`${issue?.path.join(".") || "the entry"}: ${issue?.message ?? "cannot be read"}`);
  }
  const entry = parsed.data;
  const id = parseArxivId(entry.arxiv);
  const serial = id && serialOf(id.id);
  if (!id || serial === undefined) throw new BadEntry(`"${entry.arxiv.slice(0, 60)}" is not an arXiv id`);
  const published = entry.published === undefined ? null : new Date(entry.published).toISOString();
  const updated = entry.updated === undefined ? null : new Date(entry.updated).toISOString();
  const listed = entry.listed ?? published?.slice(0, 10) ?? monthOf(serial);
  // What claims to be from the future would stand on top of the feed until then.
  for (const date of [published ?? listed, updated ?? listed, listed, monthOf(serial)]) {
    if (Date.parse(date) > now.getTime() + slackMs) throw new BadEntry(`${date.slice(0, 10)} lies in the future`);
    if (date < "1991") throw new BadEntry(`${date.slice(0, 10)} lies before arXiv began`);
  }
  const { title, abstract } = entry;
  return {
    arxiv: id.id,
    version: id.version ?? entry.version ?? 0,
    serial,
    title,
    authors: entry.authors,
    abstract,
    categories: entry.categories,
    field: entry.field ?? classify(title, abstract) ?? null,
    fieldGiven: entry.field !== undefined,
    year: Number((published ?? monthOf(serial)).slice(0, 4)),
    published,
    updated,
    listed,
    upvotes: entry.upvotes ?? null,
    submitter: entry.submitter ?? null,
  };
}
