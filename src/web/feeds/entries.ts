import { type Category, type DocumentEntry, escaped } from "../../feed/documents/document.ts";
import { fields, isField } from "../../kit/fields.ts";
import type { Paper } from "../../kit/paper.ts";
import { plainMath } from "../../kit/plain-math.ts";
import type { PaperRow } from "../../store/papers.ts";
import type { PaperVerdict } from "../../store/runs.ts";
import { formatDay } from "../app/lib/format.ts";
import { sourceTitles } from "../app/server/feed.server.ts";
import { pathOf } from "../app/server/papers.server.ts";

/** What documents are made from, besides the papers' rows. */
export interface EntrySources {
  siteUrl: URL;
  papers: readonly Paper[];
  verdicts: ReadonlyMap<string, PaperVerdict>;
  /** Since when claims come out as they do, by slug. */
  since: ReadonlyMap<string, Date>;
}

/** An entry of the feed for feed readers. It changes when the paper's text, its card or the verdict does, not with every run. */
export function documentEntry(row: PaperRow, sources: EntrySources): DocumentEntry {
  const { siteUrl, papers, since } = sources;
  const paper = row.catalogued ? papers.find(({ card }) => card.slug === row.slug) : undefined;
  const listed = Date.parse(row.listed);
  const verdict = (paper ? since.get(row.slug)?.getTime() : undefined) ?? listed;
  const arxiv = `https://arxiv.org/abs/${row.arxiv}`;
  return {
    // This address leads to the card as soon as there is one.
    id: new URL(`/arxiv/${row.arxiv}`, siteUrl).href,
    url: new URL(pathOf(row), siteUrl).href,
    title: plainMath(paper?.card.title ?? row.title),
    authors: row.authors,
    published: new Date(listed).toISOString(),
    updated: new Date(Math.max(listed, row.updated?.getTime() ?? listed, verdict)).toISOString(),
    categories: categoriesOf(row, siteUrl),
    summary: paper ? plainMath(paper.card.summary) : [plainMath(row.abstract), sourceOf(row)].join(" ").trim(),
    html: [...(paper ? cardHtml(paper, sources) : abstractHtml(row)), linked(arxiv, `arXiv ${row.arxiv}`)]
      .map((html) => `<p>${html}</p>`)
      .join("\n"),
    arxiv,
    imported: paper === undefined,
  };
}

function categoriesOf({ field, categories }: PaperRow, siteUrl: URL): Category[] {
  const own = field !== null && isField(field) ? [field] : [];
  return [
    ...own.map((term) => ({ term, scheme: new URL("/fields/", siteUrl).href, label: fields[term].title })),
    ...categories.map((term) => ({ term, scheme: "http://arxiv.org/schemas/atom", label: term })),
  ];
}

function linked(url: string, text: string): string {
  return `<a href="${escaped(url)}">${escaped(text)}</a>`;
}

/** Paragraphs: our summary, the claim in words, and how it came out here. */
function cardHtml({ card, claim }: Paper, { siteUrl, verdicts, since }: EntrySources): string[] {
  const outcome = verdicts.get(card.slug)?.run.verdict;
  const first = since.get(card.slug);
  const here = linked(new URL(`/papers/${card.slug}`, siteUrl).href, "Read and run it here");
  const measured = outcome
    ? `<strong>Measured here:</strong> ${escaped(outcome)}${first ? `, since ${escaped(formatDay(first.toISOString()))}` : ""}.`
    : `${claim ? "Not measured here yet" : "Not runnable yet"}.`;
  return [
    escaped(plainMath(card.summary)),
    `<strong>Claim:</strong> ${escaped(plainMath(card.claim.words))}`,
    `${measured} ${here}.`,
  ];
}

/** Whose an abstract is, and where it is from. */
function sourceOf({ abstract, abstractSource }: PaperRow): string {
  return abstract === ""
    ? ""
    : `(The authors’ abstract, from ${sourceTitles[abstractSource ?? "arxiv"] ?? "elsewhere"}.)`;
}

/** Paragraphs: the authors' abstract, and where it is from. */
function abstractHtml(row: PaperRow): string[] {
  return row.abstract === "" ? [] : [escaped(plainMath(row.abstract)), `<em>${escaped(sourceOf(row))}</em>`];
}
