import { sigmoid } from "../../../kit/logistic.ts";
import { selectColumns } from "./cet.ts";
import type { PairwiseRanker } from "./pairwise-ranker.ts";
import { unjudgedRelevanceLogit } from "./propensity.ts";
import { type Query, type Stacked, stackFeatures } from "./triples.ts";

/** An unlabelled document that may be relevant. */
export interface Suspect {
  /** Positions of the query and, in it, of the document. */
  query: number;
  doc: number;
  /** f_R and f_S. */
  relevance: number;
  selection: number;
  /** Log-odds that sort the list; see {@link auditUnlabelled}. */
  logit: number;
  /** The same in [0, 1]. Not a calibrated probability. */
  suspicion: number;
}

export interface AuditOptions {
  /** Columns the selection model sees. */
  selectionMask: readonly number[];
  /** Which unlabelled documents to look at; default all. */
  consider?: (query: number, doc: number) => boolean;
  /** `stackFeatures` of the same queries, where it is at hand. */
  stacked?: Stacked;
}

/**
 * Unlabelled documents most likely to be relevant, likeliest first: those that the relevance model scores high and the selection
 * model low, by $P(r{=}1 \mid l{=}0)$ with $P_r = \sigma(f_R)$ and $P_o = \sigma(f_S)$. Scores learned from pairs have no
 * absolute level, so this is an order for people to work through, not a probability; features should be centred.
 */
export function auditUnlabelled(
  queries: readonly Query[],
  models: { relevance: PairwiseRanker; selection: PairwiseRanker },
  { selectionMask, consider = () => true, stacked }: AuditOptions,
): Suspect[] {
  const { rows, dim, start } = stacked ?? stackFeatures(queries);
  const relevance = models.relevance.scoreRows(rows);
  const selection = models.selection.scoreRows(selectColumns(rows, dim, selectionMask));
  const suspects: Suspect[] = [];
  for (const [query, { docs, positives }] of queries.entries()) {
    for (let doc = 0; doc < docs.length; doc++) {
      if (positives.includes(doc) || !consider(query, doc)) continue;
      const row = (start[query] as number) + doc;
      const [fR, fS] = [relevance[row] as number, selection[row] as number];
      const logit = unjudgedRelevanceLogit(fR, fS);
      suspects.push({ query, doc, relevance: fR, selection: fS, logit, suspicion: sigmoid(logit) });
    }
  }
  return suspects.sort((a, b) => b.logit - a.logit || a.query - b.query || a.doc - b.doc);
}
