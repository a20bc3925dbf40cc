import { type Related, relatedPapers } from "../../../feed/related.ts";
import { type FieldId, fields } from "../../../kit/fields.ts";
import { type ClaimOutcome, isRunnable, type Paper } from "../../../kit/paper.ts";
import type { PaperRow } from "../../../store/papers.ts";
import type { PaperVerdict } from "../../../store/runs.ts";
import { servicesOf } from "../../services.ts";
import type { PageArgs } from "./request.server.ts";
import { firstSentence, richText } from "./rich-text.server.ts";

/** The mark of a paper: how its claim last came out, and on how many runs that rests. */
export interface Mark {
  outcome: ClaimOutcome;
  runs: number;
  runId: string;
}

/** A paper as a line in a list. Fields named `…Html` are safe HTML. */
export interface PaperLine {
  slug: string;
  /** Where it is read. */
  path: string;
  titleHtml: string;
  summaryHtml: string;
  field: FieldId | null;
  fieldTitle: string | null;
  year: number;
  /** In lists that show them. */
  authorsHtml?: string;
  runnable: boolean;
  mark: Mark | null;
}

const lines = new WeakMap<Paper, Omit<PaperLine, "mark">>();

function lineOf(paper: Paper): Omit<PaperLine, "mark"> {
  const known = lines.get(paper);
  if (known) return known;
  const { card } = paper;
  const line = {
    slug: card.slug,
    path: `/papers/${card.slug}`,
    titleHtml: richText(card.title),
    summaryHtml: richText(firstSentence(card.summary)),
    field: card.field,
    fieldTitle: fields[card.field].title,
    year: card.year,
    runnable: isRunnable(paper),
  };
  lines.set(paper, line);
  return line;
}

export function markOf(verdict: PaperVerdict | undefined): Mark | null {
  if (!verdict?.run.verdict) return null;
  return { outcome: verdict.run.verdict, runs: verdict.runs, runId: verdict.run.id };
}

/** A paper as a line, with its latest verdict. */
export function paperLine(paper: Paper, verdicts: ReadonlyMap<string, PaperVerdict>): PaperLine {
  return { ...lineOf(paper), mark: markOf(verdicts.get(paper.card.slug)) };
}

/** A paper by its title, with where it is read. */
export interface PaperName {
  slug: string;
  title: string;
  path: string;
}

/** The names of these papers; one that is not here (any more) is called by its slug. */
export async function paperNames(args: PageArgs, slugs: readonly string[]): Promise<(slug: string) => PaperName> {
  const { papers, feed } = servicesOf(args);
  const names = new Map<string, PaperName>();
  for (const { card } of papers) {
    names.set(card.slug, { slug: card.slug, title: plainText(card.title), path: `/papers/${card.slug}` });
  }
  const nameless = (slug: string): PaperName => ({ slug, title: slug, path: `/papers/${slug}` });
  for (const slug of new Set(slugs)) {
    if (names.has(slug)) continue;
    const row = await feed.find(slug);
    if (row) names.set(slug, { slug, title: plainText(row.title), path: pathOf(row) });
  }
  return (slug) => names.get(slug) ?? nameless(slug);
}

/** Where an entry of the feed is read. */
export function pathOf({ catalogued, slug, arxiv }: Pick<PaperRow, "catalogued" | "slug" | "arxiv">): string {
  return catalogued ? `/papers/${slug}` : `/arxiv/${arxiv}`;
}

/** The name by which a paper that is here is voted for, bookmarked or hidden, given that or its arXiv id. */
export async function listedSlug(args: PageArgs, name: string): Promise<string | undefined> {
  return (await servicesOf(args).feed.find(name))?.slug;
}

/** A title without the marks of maths and code. */
function plainText(text: string): string {
  return text.replace(/[$`\\]/g, "");
}

/** Related papers of every paper, once for a catalogue. */
const related = new WeakMap<readonly Paper[], Map<string, Related[]>>();

export function relatedTo(paper: Paper, papers: readonly Paper[]): Omit<PaperLine, "mark">[] {
  const all = related.get(papers) ?? relatedPapers(papers);
  related.set(papers, all);
  return (all.get(paper.card.slug) ?? []).map((entry) => lineOf(entry.paper));
}
