import type { FieldId } from "../kit/fields.ts";
import { isRunnable, type Paper } from "../kit/paper.ts";
import { serialOf } from "./arxiv-id.ts";

/** Papers of the catalogue, or of one field of it, the newest arXiv id first; on request the runnable ones before the others. */
export function newestFirst(
  papers: readonly Paper[],
  { field, runnableFirst = false }: { field?: FieldId; runnableFirst?: boolean } = {},
): Paper[] {
  const age = ({ card }: Paper): number => serialOf(card.arxiv) ?? 0;
  const chosen = papers.filter((paper) => field === undefined || paper.card.field === field);
  chosen.sort((a, b) => age(b) - age(a) || a.card.slug.localeCompare(b.card.slug));
  // The sort is stable, so newest first remains the order within both halves.
  if (runnableFirst) chosen.sort((a, b) => Number(isRunnable(b)) - Number(isRunnable(a)));
  return chosen;
}
