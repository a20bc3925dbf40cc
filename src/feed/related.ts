import type { Card, Paper } from "../kit/paper.ts";
import { countTerms, documentCounts, inner, type Terms, unitVector } from "./text.ts";

export interface Related {
  paper: Paper;
  /** Cosine similarity of the two cards, in [0, 1]. */
  similarity: number;
}

/** Term counts of a card; what names the subject counts more than what explains it. */
export function cardTerms(card: Card): Terms {
  const words = countTerms([
    [card.keywords.join(" "), 3],
    [card.title, 2],
    [card.summary, 1],
    [card.claim.words, 1],
  ]);
  // The field is a term of its own, so that where words say little, a neighbour in the field comes first.
  return new Map([...words, [`field ${card.field}`, 3]]);
}

/** For every paper the others by falling similarity: the cosine of the TF–IDF vectors of their cards. */
export function relatedPapers(papers: readonly Paper[], count = 4): Map<string, Related[]> {
  const documents = papers.map((paper) => cardTerms(paper.card));
  const counts = documentCounts(documents);
  const vectors = documents.map((document) => unitVector(document, counts, papers.length));
  return new Map(
    papers.map((paper, i) => {
      const own = vectors[i] ?? new Map<string, number>();
      const others = papers
        .map((other, j) => ({ paper: other, similarity: i === j ? -1 : inner(own, vectors[j] ?? new Map()) }))
        .filter((other) => other.similarity > 0)
        .sort((a, b) => b.similarity - a.similarity || a.paper.card.slug.localeCompare(b.paper.card.slug));
      return [paper.card.slug, others.slice(0, count)];
    }),
  );
}
