import { describe, expect, it } from "vitest";
import { Random } from "../../kit/random.ts";
import { chooseQuestions, type Described, type Evidence, learnTaste } from "./taste.ts";

const topics = ["merging", "federated", "attention", "coreset"];
/** Paper n is on topic n mod 4, with words of its own that say nothing. */
const paper = (n: number): Described => ({
  slug: `paper-${n}`,
  terms: new Map([
    [topics[n % 4] ?? "", 3],
    [`noise${n % 7}`, 1],
    [`noise${n % 5}x`, 1],
  ]),
});
const papers = Array.from({ length: 80 }, (_, n) => paper(n));
const said = (n: number, likes: boolean): Evidence => ({ ...paper(n), likes });
const random = () => new Random(7);

describe("learnTaste", () => {
  it("knows nothing without evidence", () => {
    const taste = learnTaste([], papers, random());
    expect(papers.map((one) => taste.chance(one))).toEqual(papers.map(() => 0.5));
    expect(taste.because(paper(0), 3)).toEqual([]);
  });

  it("ranks papers on what the reader likes first, and says why", () => {
    const taste = learnTaste([said(0, true), said(4, true), said(1, false)], papers, random());
    const ranked = [...papers].sort((a, b) => taste.chance(b) - taste.chance(a));
    expect(ranked.slice(0, 15).every(({ slug }) => Number(slug.slice(6)) % 4 === 0)).toBe(true);
    expect(taste.because(paper(40), 2)[0]).toBe("merging");
    expect(taste.chance(paper(41))).toBeLessThan(taste.chance(paper(42)));
  });

  it("follows a change of mind: the latest word counts most", () => {
    const early = [said(0, true), said(4, true)];
    const late = [said(8, false), said(12, false), said(16, false)];
    const before = learnTaste(early, papers, random()).chance(paper(40));
    expect(learnTaste([...early, ...late], papers, random()).chance(paper(40))).toBeLessThan(before);
  });

  it("is the same for the same seed", () => {
    const chances = () => papers.map((one) => learnTaste([said(0, true)], papers, random()).chance(one));
    expect(chances()).toEqual(chances());
  });
});

describe("chooseQuestions", () => {
  const taste = learnTaste([said(0, true), said(4, true), said(1, false), said(5, false)], papers, random());

  it("asks no more than it may, about different papers of the stream", () => {
    for (const most of [0, 1, 3, 200]) {
      const asked = chooseQuestions(papers, taste, { most, random: random() });
      expect(asked.length).toBeLessThanOrEqual(most);
      expect(new Set(asked).size).toBe(asked.length);
    }
    expect(chooseQuestions([], taste, { most: 3, random: random() })).toEqual([]);
    expect(chooseQuestions(papers, taste, { most: 3, random: random() })).toHaveLength(3);
  });

  it("asks about papers that the taste is unsure of more than about others, and about some of those too", () => {
    const sure = ({ slug }: Described): boolean => Number(slug.slice(6)) % 4 < 2;
    const asked = Array.from({ length: 200 }, (_, seed) =>
      chooseQuestions(papers, taste, { most: 3, random: new Random(seed) }),
    ).flat();
    const doubt = (slug: string): number =>
      1 - 2 * Math.abs(taste.chance(papers[Number(slug.slice(6))] as Described) - 0.5);
    const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
    expect(mean(asked.map(doubt))).toBeGreaterThan(mean(papers.map(({ slug }) => doubt(slug))) + 0.02);
    expect(asked.some((slug) => sure(papers[Number(slug.slice(6))] as Described))).toBe(true);
  });
});
