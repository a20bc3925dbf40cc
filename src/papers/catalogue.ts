import { BadInput, nearest } from "../kit/errors.ts";
import type { FieldId } from "../kit/fields.ts";
import type { Guide } from "../kit/guide.ts";
import type { Experiment, Paper } from "../kit/paper.ts";
import * as entries from "./entries.ts";
import * as guideEntries from "./guides.ts";

/** All papers, newest first by arXiv id. */
export const catalogue: readonly Paper[] = Object.values(entries).sort((a, b) =>
  a.card.arxiv < b.card.arxiv ? 1 : a.card.arxiv > b.card.arxiv ? -1 : 0,
);

const bySlug = new Map(catalogue.map((paper) => [paper.card.slug, paper]));

/** The paper of this slug, or undefined. */
export function findPaper(slug: string): Paper | undefined {
  return bySlug.get(slug);
}

/** The paper of this slug; an unknown one is refused with the nearest known. */
export function getPaper(slug: string): Paper {
  const paper = bySlug.get(slug);
  if (paper) return paper;
  const close = nearest(slug, [...bySlug.keys()]);
  throw new BadInput(`there is no paper "${slug}"`, {
    remedy: close ? `Did you mean "${close}"?` : "livepapers list shows all papers.",
  });
}

/** The papers of one field, in catalogue order. */
export function papersOf(field: FieldId): readonly Paper[] {
  return catalogue.filter((paper) => paper.card.field === field);
}

/** The guides of the fields that have one. */
export const guides: readonly Guide[] = Object.values<Guide>(guideEntries);

/** The guide to the methods of a field, or undefined. */
export function guideOf(field: FieldId): Guide | undefined {
  return guides.find((guide) => guide.card.field === field);
}

/** Whatever runs under this slug, a paper or a guide, or undefined. */
export function findExperiment(slug: string): Experiment | undefined {
  return findPaper(slug) ?? guides.find((guide) => guide.card.slug === slug);
}

/** Whatever runs under this slug; an unknown one is refused with the nearest known paper. */
export function getExperiment(slug: string): Experiment {
  return findExperiment(slug) ?? getPaper(slug);
}
