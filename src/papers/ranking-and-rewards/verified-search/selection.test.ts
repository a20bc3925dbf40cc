import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { antiConcentration, heterogeneity } from "./diagnostics.ts";
import { LogisticVerifier } from "./logistic-verifier.ts";
import { type Attempt, type Rule, scalingCurve } from "./scaling-curve.ts";
import { bestOfN, majorityVote, passAtK, weightedVote } from "./selection.ts";

function subsets<T>(items: readonly T[], k: number): T[][] {
  if (k === 0) return [[]];
  return items.flatMap((item, i) => subsets(items.slice(i + 1), k - 1).map((rest) => [item, ...rest]));
}

const attempt = fc
  .record({ answer: fc.constantFrom("a", "b", "c"), score: fc.integer({ min: 0, max: 3 }) })
  .map(({ answer, score }): Attempt => ({ answer, correct: answer === "a", score, prob: 0.5, tokens: 10 }));
const attempts = fc.array(attempt, { minLength: 2, maxLength: 7 });

describe("rules that pick an answer", () => {
  it("pass@k equals enumeration", () => {
    for (const n of [1, 4, 7])
      for (let c = 0; c <= n; c++)
        for (let k = 1; k <= n; k++) {
          const all = subsets([...Array(n).keys()], k);
          const hits = all.filter((subset) => subset.some((i) => i < c)).length;
          expect(passAtK(n, c, k)).toBeCloseTo(hits / all.length, 12);
        }
    expect(() => passAtK(4, 1, 5)).toThrow(/k is 5/);
    expect(() => passAtK(4, 5, 1)).toThrow(/5 of 4/);
  });

  it("best-of-N takes the highest score, the votes the most frequent or heaviest answer", () => {
    expect(bestOfN([0.1, 0.9, 0.9])).toBe(1);
    expect(majorityVote(["a", "b", "b"])).toBe("b");
    expect(weightedVote(["a", "b", "b"], [0.9, 0.1, 0.2])).toBe("a");
    expect(() => bestOfN([])).toThrow(/no attempts/);
    expect(() => bestOfN([1, Number.NaN])).toThrow(/attempt 1 is not finite/);
    expect(() => majorityVote([])).toThrow(/no attempts/);
    expect(() => weightedVote(["a"], [-1])).toThrow(/attempt 0 is -1/);
  });

  it("breaks ties evenly at random, and by the first answer without a random source", () => {
    expect(majorityVote(["b", "a"])).toBe("b");
    const random = new Random(4);
    const firsts = Array.from({ length: 4000 }, () => majorityVote(["b", "a"], random)).filter((x) => x === "b").length;
    expect(firsts / 4000).toBeCloseTo(0.5, 1);
  });

  it("a weighted vote with equal probabilities is the majority vote", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 12 }), (answers) => {
        expect(
          weightedVote(
            answers,
            answers.map(() => 0.3),
          ),
        ).toBe(majorityVote(answers));
      }),
    );
  });
});

describe("scaling curve", () => {
  const curve = (prompts: Attempt[][], budget: number, rule: Rule) =>
    scalingCurve(prompts, [budget], [rule])[0]?.accuracy ?? Number.NaN;

  it("averages best-of-N exactly over subsets, tied scores counting their share", () => {
    fc.assert(
      fc.property(attempts, fc.integer({ min: 1, max: 7 }), (prompt, N) => {
        fc.pre(N <= prompt.length);
        const each = subsets(prompt, N).map((subset) => {
          const top = Math.max(...subset.map(({ score = 0 }) => score));
          const tied = subset.filter(({ score }) => score === top);
          return tied.filter(({ correct }) => correct).length / tied.length;
        });
        expect(curve([prompt], N, "best-of-n")).toBeCloseTo(each.reduce((sum, x) => sum + x, 0) / each.length, 10);
      }),
    );
  });

  it("with a perfect verifier equals pass@N, with a constant one a single attempt", () => {
    fc.assert(
      fc.property(attempts, fc.integer({ min: 1, max: 7 }), (prompt, N) => {
        fc.pre(N <= prompt.length);
        const perfect = prompt.map((a) => ({ ...a, score: +a.correct }));
        const constant = prompt.map((a) => ({ ...a, score: 1 }));
        expect(curve([perfect], N, "best-of-n")).toBeCloseTo(curve([perfect], N, "pass"), 12);
        expect(curve([constant], N, "best-of-n")).toBeCloseTo(curve([constant], N, "single"), 12);
        expect(curve([prompt], N, "weighted")).toBeCloseTo(curve([prompt], N, "majority"), 12);
        expect(curve([prompt], 1, "majority")).toBeCloseTo(curve([prompt], 1, "single"), 12);
      }),
    );
  });

  it("votes within disjoint groups and shares ties", () => {
    const prompt = ["a", "a", "b", "b", "c", "a"].map((answer): Attempt => ({ answer, correct: answer === "a" }));
    expect(curve([prompt], 3, "majority")).toBe((1 + 1 / 3) / 2);
    expect(curve([prompt], 2, "majority")).toBe((1 + 0 + 0.5) / 3);
    const weighted = prompt.map((a) => ({ ...a, prob: a.answer === "a" ? 0.9 : 0.1 }));
    expect(curve([weighted], 3, "weighted")).toBe(1);
  });

  it("counts tokens: one attempt for a single answer, N for every other rule", () => {
    const prompt = [10, 30].map((tokens): Attempt => ({ answer: "a", correct: true, tokens }));
    const rows = scalingCurve([prompt], [2], ["single", "majority"]);
    expect(rows.map(({ tokens }) => tokens)).toEqual([20, 40]);
  });

  it("refuses what a rule cannot use", () => {
    const prompt: Attempt[] = [{ answer: "a", correct: true }];
    expect(() => curve([], 1, "single")).toThrow(/no prompts/);
    expect(() => curve([[]], 1, "single")).toThrow(/no attempts/);
    expect(() => curve([prompt], 2, "single")).toThrow(/fewer than the budget of 2/);
    expect(() => curve([prompt], 1, "best-of-n")).toThrow(/finite score/);
    expect(() => curve([prompt], 1, "weighted")).toThrow(/without a probability/);
    expect(() => curve([prompt], 0.5, "single")).toThrow(/whole number/);
  });
});

describe("heterogeneity and anti-concentration", () => {
  it("is 0 for identical rollouts and by hand for two points", () => {
    expect(heterogeneity([[0.1, 0.1, 0.1]]).perPrompt[0]).toBe(0);
    const two = heterogeneity([
      [0, 0, 0, 8],
      [3, 3],
    ]);
    expect(two.perPrompt[0]).toBeCloseTo(8 * Math.sqrt(0.25 * 0.75), 12);
    expect(two.mean).toBeCloseTo(4 * Math.sqrt(0.25 * 0.75), 12);
    // The return of one in four exceeds the mean by 6 = σ√3: reached up to κ = 3.
    expect(antiConcentration([[0, 0, 0, 8]], 3).c[0]).toBe(0.25);
    expect(antiConcentration([[0, 0, 0, 8]], 3.01).c[0]).toBe(0);
  });

  it("counts prompts whose returns are all equal as 1 and leaves them out of the median", () => {
    const { c, median } = antiConcentration(
      [
        [5, 5],
        [0, 0, 0, 8],
      ],
      1,
    );
    expect([...c]).toEqual([1, 0.25]);
    expect(median).toBe(0.25);
    expect(antiConcentration([[5, 5]], 1).median).toBe(1);
  });

  it("refuses single rollouts, infinite returns and negative κ", () => {
    expect(() => heterogeneity([])).toThrow(/no prompts/);
    expect(() => heterogeneity([[1]])).toThrow(/two or more/);
    expect(() => heterogeneity([[1, Number.NaN]])).toThrow(/not finite/);
    expect(() => antiConcentration([[1, 2]], -1)).toThrow(/κ/);
  });
});

describe("LogisticVerifier", () => {
  it("meets the stationarity of its penalised likelihood, whatever the scale of the features", () => {
    const random = new Random(8);
    const y = Array.from({ length: 200 }, () => (random.bool(0.3) ? 1 : 0) as 0 | 1);
    const X = y.map((label) => [random.normal(label, 1), random.normal(0, 1), 7]);
    const fit = LogisticVerifier.fit(X, y);
    const residual = X.map((x, i) => fit.prob(x) - (y[i] as number));
    expect(residual.reduce((sum, r) => sum + r, 0)).toBeCloseTo(0, 5);
    expect(fit.weights[0]).toBeGreaterThan(0.5);
    expect(fit.weights[2]).toBe(0);
    const scaled = LogisticVerifier.fit(
      X.map(([a = 0, b = 0, c = 0]) => [1000 * a, b / 1000 + 5, c]),
      y,
    );
    expect(scaled.score([1000, 5, 7])).toBeCloseTo(fit.score([1, 0, 7]), 6);
  });

  it("approaches the true log-odds of a Gaussian class pair", () => {
    const random = new Random(2);
    const y = Array.from({ length: 20_000 }, () => (random.bool() ? 1 : 0) as 0 | 1);
    const X = y.map((label) => [random.normal(label ? 0.75 : -0.75, 1)]);
    const fit = LogisticVerifier.fit(X, y);
    expect(fit.weights[0]).toBeCloseTo(1.5, 1);
    expect(fit.intercept).toBeCloseTo(0, 1);
  });

  it("refuses labels of one class, ragged and infinite features", () => {
    expect(() => LogisticVerifier.fit([[1], [2]], [1, 1])).toThrow(/all 2 labels are 1/);
    expect(() => LogisticVerifier.fit([[1], [2, 3]], [1, 0])).toThrow(/attempt 1 has 2 features/);
    expect(() => LogisticVerifier.fit([[1], [Number.NaN]], [1, 0])).toThrow(/not finite/);
    expect(() => LogisticVerifier.fit([], [])).toThrow(/no attempts/);
    expect(() => LogisticVerifier.fit([[]], [1])).toThrow(/no features/);
  });
});

describe("distributions behind the instance", () => {
  it("binomial and beta have their means and variances", () => {
    const random = new Random(6);
    for (const [n, p] of [
      [5, 0.3],
      [2048, 0.62],
    ] as const) {
      const draws = Array.from({ length: 20_000 }, () => random.binomial(n, p));
      const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
      const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
      expect(mean / (n * p)).toBeCloseTo(1, 1.5);
      expect(variance / (n * p * (1 - p))).toBeCloseTo(1, 1);
    }
    const betas = Array.from({ length: 20_000 }, () => random.beta(0.6, 1.4));
    expect(betas.reduce((sum, x) => sum + x, 0) / betas.length).toBeCloseTo(0.3, 1.5);
  });
});
