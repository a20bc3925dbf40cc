import type { Hit } from "../../../feed/search/search.ts";
import { fields, isField } from "../../../kit/fields.ts";
import type { Paper } from "../../../kit/paper.ts";
import type { PaperRow } from "../../../store/papers.ts";
import type { PaperVerdict } from "../../../store/runs.ts";
import { type PaperLine, paperLine, pathOf } from "./papers.server.ts";
import { bestSentence, firstSentence, markedText, richText } from "./rich-text.server.ts";

/** Names of the sources of imported papers, as readers know them. */
export const sourceTitles: Record<string, string> = {
  arxiv: "arXiv",
  daily: "the daily papers of the Hugging Face hub",
  file: "a file of this site’s keeper",
};

/** An entry of the feed as a line. One that is imported only shows its abstract's first sentence, as the source gives it. */
export function entryLine(
  row: PaperRow,
  papers: readonly Paper[],
  verdicts: ReadonlyMap<string, PaperVerdict>,
): PaperLine {
  const paper = row.catalogued ? papers.find(({ card }) => card.slug === row.slug) : undefined;
  if (paper) return paperLine(paper, verdicts);
  const field = row.field !== null && isField(row.field) ? row.field : null;
  return {
    slug: row.slug,
    path: pathOf(row),
    titleHtml: richText(row.title),
    summaryHtml: richText(firstSentence(row.abstract)),
    field,
    fieldTitle: field ? fields[field].title : null,
    year: row.year,
    runnable: row.runnable,
    mark: null,
  };
}

const mostAuthors = 8;

/** A paper that was found, with what it was found by marked. */
export function hitLine(
  { paper, own }: Hit,
  isHit: (word: string) => boolean,
  papers: readonly Paper[],
  verdicts: ReadonlyMap<string, PaperVerdict>,
): PaperLine {
  const { authors } = paper;
  const names = authors.slice(0, mostAuthors).join(", ");
  return {
    ...entryLine(paper, papers, verdicts),
    titleHtml: markedText(paper.title, isHit),
    summaryHtml: markedText(bestSentence(own === "" ? paper.abstract : own, isHit), isHit),
    authorsHtml:
      markedText(names, isHit) + (authors.length > mostAuthors ? ` and ${authors.length - mostAuthors} more` : ""),
  };
}
