import { isRunnable, type Paper } from "../kit/paper.ts";
import { type CataloguedPaper, syncCatalogue } from "../store/papers.ts";
import type { Db } from "../store/store.ts";
import { serialOf } from "./arxiv-id.ts";

function cataloguedPaper(paper: Paper): CataloguedPaper {
  const { arxiv, slug, title, authors, field, year, keywords, summary, claim, listed } = paper.card;
  return {
    arxiv,
    slug,
    serial: serialOf(arxiv) ?? 0,
    runnable: isRunnable(paper),
    title,
    authors,
    field,
    year,
    keywords,
    own: `${summary} ${claim.words}`,
    listed,
  };
}

/** Brings the cards of the catalogue into the feed. */
export async function listCatalogue(db: Db, papers: readonly Paper[]): Promise<void> {
  await syncCatalogue(db, papers.map(cataloguedPaper));
}
