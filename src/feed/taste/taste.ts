import type { Random } from "../../kit/random.ts";
import { quantile } from "../../kit/stats.ts";
import { splitSampling } from "../../papers/data-selection/online-active-learning/uncertainty-strategies.ts";
import { OnlineLogistic } from "../../papers/data-selection/online-logistic.ts";
import { documentCounts, type Terms, unitVector } from "../text.ts";

/** A paper by its name and its words. */
export interface Described {
  slug: string;
  terms: Terms;
}

/** What a reader has said about a paper, by voting, by bookmarking or when asked. */
export interface Evidence extends Described {
  likes: boolean;
}

/** How sure one is of what a reader will like, and why. */
export interface Taste {
  /** The chance that the reader would read it, in (0, 1); an untaught one says ½. */
  chance(paper: Described): number;
  /** The terms of a paper that speak most for it, the strongest first. */
  because(paper: Described, most: number): string[];
}

/** Times the evidence is gone through: there is little of it. */
const passes = 12;
const rate = 1;
/** A paper in the list that the reader left unmarked is a weak no: most of them were never looked at. */
const unmarkedWeight = 0.15;

type Vector = Float64Array<ArrayBuffer>;

/** TF–IDF vectors of unit length over the terms that stand in two or more of the papers. */
function vectorizer(papers: readonly Described[]): { terms: string[]; vectorOf(paper: Described): Vector } {
  const counts = documentCounts(papers.map((paper) => paper.terms));
  const terms = [...counts].filter(([, n]) => n > 1).map(([term]) => term);
  const position = new Map(terms.map((term, i) => [term, i]));
  return {
    terms,
    vectorOf(paper) {
      const vector = new Float64Array(Math.max(1, terms.length));
      for (const [term, weight] of unitVector(paper.terms, counts, papers.length)) {
        const at = position.get(term);
        if (at !== undefined) vector[at] = weight;
      }
      return vector;
    },
  };
}

/**
 * Learns a reader's taste: logistic regression on the words of papers, $P(\text{reads } x) = \sigma(w^\top x + b)$, by
 * stochastic gradient steps over what the reader has said, oldest first, with papers that were left unmarked as weak noes.
 * `others` are the papers that may be ranked. Without evidence nothing is learnt.
 */
export function learnTaste(evidence: readonly Evidence[], others: readonly Described[], random: Random): Taste {
  const { terms, vectorOf } = vectorizer([...evidence, ...others]);
  const learner = new OnlineLogistic({ dimension: Math.max(1, terms.length), rate });
  const said = evidence.map((paper) => ({ x: vectorOf(paper), likes: paper.likes }));
  const marked = new Set(evidence.map(({ slug }) => slug));
  const unmarked = others.filter(({ slug }) => !marked.has(slug));
  for (let pass = 0; pass < passes; pass++) {
    for (const { x, likes } of said) {
      learner.learnOne(x, likes ? 1 : 0);
      if (!likes || unmarked.length === 0) continue;
      const other = unmarked[random.int(0, unmarked.length - 1)];
      if (other) learner.learnOne(vectorOf(other), 0, unmarkedWeight);
    }
  }
  const { weights } = learner.toJSON();
  return {
    chance: (paper) => learner.predictProba(vectorOf(paper))[1] ?? 0.5,
    because(paper, most) {
      const x = vectorOf(paper);
      return terms
        .map((term, i) => ({ term, adds: (weights[i] ?? 0) * (x[i] ?? 0) }))
        .filter(({ adds }) => adds > 0)
        .sort((a, b) => b.adds - a.adds || a.term.localeCompare(b.term))
        .slice(0, most)
        .map(({ term }) => term);
    },
  };
}

/** Share of the questions that are asked blindly. */
const blindShare = 0.2;
/** The share of the papers, the most doubtful ones, that count as doubtful. */
const doubtfulShare = 0.2;

/**
 * Which papers to ask a reader about, out of those that may be: split sampling (Žliobaitė et al. 2014, as in our
 * online-active-learning) asks about those the taste is unsure of, and about some whatever it thinks, so that a change of
 * mind is noticed. At most `most` are asked. One visit is too short a stream for its threshold to settle, so that a first pass
 * over all papers sets it; they are then asked about in an order that says nothing.
 */
export function chooseQuestions(
  papers: readonly Described[],
  taste: Taste,
  { most, random }: { most: number; random: Random },
): string[] {
  if (papers.length === 0) return [];
  const chances = papers.map((paper) => taste.chance(paper));
  const share = Math.min(1, Math.max(doubtfulShare, most / papers.length));
  // Of the papers gone through, ν are asked about blindly and (1 − ν)·share in doubt: ν is what makes the first a fifth of both.
  const fraction = (blindShare * share) / (1 - blindShare + blindShare * share);
  // The threshold hardly moves while the few questions of one visit are found.
  const strategy = splitSampling({ fraction, step: 0.001 });
  const settled = quantile(
    chances.map((chance) => Math.max(chance, 1 - chance)),
    share,
  );
  // A hair above it, so that papers as doubtful as the last one count, and an untaught taste doubts all.
  strategy.restore?.({ threshold: settled * (1 + 1e-9) });
  const proba = new Float64Array(2);
  const none = new Float64Array(0);
  const asked: string[] = [];
  for (const [t, i] of random.permutation(papers.length).entries()) {
    if (asked.length >= most) break;
    const chance = chances[i] as number;
    proba[0] = 1 - chance;
    proba[1] = chance;
    const { query } = strategy.shouldQuery(none, { proba, t, labels: asked.length, rng: random });
    if (query) asked.push((papers[i] as Described).slug);
  }
  return asked;
}
