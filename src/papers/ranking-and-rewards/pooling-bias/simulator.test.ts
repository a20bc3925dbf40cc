import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import { trainPlain } from "./cet.ts";
import type { PairwiseRanker } from "./pairwise-ranker.ts";
import { ndcgAt } from "./retrieval-metrics.ts";
import { poolingSimulator, type SimulatedQuery, type SimulatorOptions } from "./simulator.ts";
import { sampleTriples, stackFeatures } from "./triples.ts";

const small = (options: Partial<SimulatorOptions> = {}) =>
  poolingSimulator({ random: new Random(7), train: 60, test: 40, ...options });

function quality(ranker: PairwiseRanker, queries: SimulatedQuery[]): number {
  return mean(queries.map((query) => ndcgAt(10, ranker.scoreRows(stackFeatures([query]).rows), query.relevant)));
}

function negatives(queries: SimulatedQuery[], retriever: string, perPositive = 8) {
  return sampleTriples(queries, {
    retriever,
    top: retriever === "random" ? 200 : 30,
    perPositive,
    random: new Random(8),
  });
}

describe("poolingSimulator", () => {
  it("labels one relevant document of the pool, the best-ranked", () => {
    const { train, test } = small();
    for (const { positives, relevant, rankings } of train) {
      expect(positives.length).toBe(1);
      const place = rankings.basic?.indexOf(positives[0] as number) ?? -1;
      expect(place).toBeLessThan(20);
      expect(rankings.basic?.findIndex((d) => relevant[d] === 1)).toBe(place);
      expect(relevant.reduce((a, b) => a + b, 0)).toBe(10);
    }
    expect(test.every(({ positives }) => positives.length === 0)).toBe(true);
  });

  it("gives lexical features the correlation asked for, with variance 1", () => {
    const { train, direction, lexicalColumns } = small({ correlation: 0.6 });
    const pairs = train.flatMap(({ features }) =>
      features.map(
        (x) =>
          [
            direction.reduce((s, w, i) => s + w * (x[i] as number), 0),
            x[lexicalColumns[0] as number] as number,
          ] as const,
      ),
    );
    const n = pairs.length;
    const products = pairs.reduce((sum, [g, l]) => sum + g * l, 0) / n;
    const squares = pairs.reduce((sum, [, l]) => sum + l * l, 0) / n;
    expect(Math.abs(products - 0.6)).toBeLessThan(0.04);
    expect(Math.abs(squares - 1)).toBeLessThan(0.05);
    expect(Math.hypot(...direction)).toBeCloseTo(1, 12);
  });

  it("the strong retriever finds more of the relevant than the basic one", () => {
    const { train } = small();
    const found = (name: string) =>
      mean(
        train.map(({ rankings, relevant }) => (rankings[name] ?? []).slice(0, 10).filter((d) => relevant[d]).length),
      );
    expect(found("strong")).toBeGreaterThan(found("basic"));
    expect(found("basic")).toBeGreaterThan(found("random"));
  });

  it("without a pool there is no false negative, and strong negatives are no worse than random ones", () => {
    const { train, test } = small({ depth: 200, labels: "all" });
    for (const { positives, relevant } of train) expect(positives.length).toBe(relevant.reduce((a, b) => a + b, 0));
    const options = { epochs: 20, lr: 0.02, batch: 64, random: new Random(9) };
    const strong = negatives(train, "strong");
    for (const [t, row] of strong.negative.entries()) {
      const q = strong.query[t] as number;
      expect(train[q]?.relevant[row - (strong.start[q] as number)]).toBe(0);
    }
    const gain =
      quality(trainPlain(strong, options), test) - quality(trainPlain(negatives(train, "random"), options), test);
    expect(gain).toBeGreaterThan(-0.01);
  });
});
