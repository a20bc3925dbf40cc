import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldIds } from "../kit/fields.ts";
import { isRunnable, type Paper } from "../kit/paper.ts";
import { catalogue } from "../papers/catalogue.ts";
import { newestFirst } from "./order.ts";
import { relatedPapers } from "./related.ts";

function paper(slug: string, change: Partial<Paper["card"]> = {}, runnable = false): Paper {
  const card: Paper["card"] = {
    slug,
    title: slug,
    authors: ["A. Author"],
    year: 2023,
    arxiv: "2301.00001",
    field: "ranking-and-rewards",
    listed: "2024-05-01",
    summary: "",
    keywords: [],
    claim: { words: "", parts: [] },
    reported: [],
    tool: "",
    where: "anywhere",
    ...change,
  };
  return runnable ? { card, claim: () => Promise.reject(new Error("not called")) } : { card };
}

const anyPaper = fc
  .record({
    slug: fc.stringMatching(/^[a-z]{1,8}$/),
    arxiv: fc.constantFrom("2301.00001", "2312.11111", "1705.00003", "cs/0501001", "0704.0001"),
    field: fc.constantFrom(...fieldIds),
    listed: fc.constantFrom("2024-05-01", "2024-05-02", "2023-12-31"),
    runnable: fc.boolean(),
  })
  .map(({ slug, runnable, ...change }) => paper(slug, change, runnable));

describe("the catalogue's order", () => {
  it("keeps every paper of the field once", () => {
    fc.assert(
      fc.property(
        fc.array(anyPaper),
        fc.option(fc.constantFrom(...fieldIds), { nil: undefined }),
        fc.boolean(),
        (papers, field, runnableFirst) => {
          const listed = newestFirst(papers, { ...(field ? { field } : {}), runnableFirst });
          const expected = papers.filter((p) => field === undefined || p.card.field === field);
          expect(new Set(listed)).toEqual(new Set(expected));
          expect(listed).toHaveLength(expected.length);
        },
      ),
    );
  });

  it("puts newer arXiv ids first, those of the old form by their age", () => {
    const papers = [
      paper("old", { arxiv: "cs/0501001" }),
      paper("a", { arxiv: "1705.00003" }),
      paper("b", { arxiv: "2312.11111" }),
    ];
    expect(newestFirst(papers).map((p) => p.card.slug)).toEqual(["b", "a", "old"]);
  });

  it("puts runnable papers first on request and newest first within", () => {
    fc.assert(
      fc.property(fc.array(anyPaper), (papers) => {
        const listed = newestFirst(papers, { runnableFirst: true });
        const firstIdle = listed.findIndex((p) => !isRunnable(p));
        const idle = firstIdle < 0 ? [] : listed.slice(firstIdle);
        expect(idle.some(isRunnable)).toBe(false);
        expect(newestFirst(idle)).toEqual(idle);
      }),
    );
  });
});

describe("related papers", () => {
  const papers = [
    paper("merge-a", { keywords: ["model merging", "Fisher information"] }),
    paper("merge-b", { keywords: ["model merging", "task vectors"] }),
    paper("strings", { keywords: ["pattern matching", "Hamming distance"] }),
    paper("attention", { keywords: ["linear attention", "tiling"] }),
  ];

  it("finds the paper that shares its words, and never the paper itself", () => {
    const related = relatedPapers(papers);
    expect(related.get("merge-a")?.[0]?.paper.card.slug).toBe("merge-b");
    for (const [slug, others] of related) expect(others.map((o) => o.paper.card.slug)).not.toContain(slug);
  });

  it("is a cosine: symmetric, between 0 and 1, and 1 for cards of the same words", () => {
    const twins = [
      ...papers,
      paper("merge-c", { title: "merge-a", keywords: ["model merging", "Fisher information"] }),
    ];
    const related = relatedPapers(twins, twins.length);
    expect(related.get("merge-a")?.[0]).toMatchObject({ paper: { card: { slug: "merge-c" } } });
    expect(related.get("merge-a")?.[0]?.similarity).toBeCloseTo(1, 12);
    const find = (from: string, to: string) => related.get(from)?.find((r) => r.paper.card.slug === to)?.similarity;
    expect(find("merge-a", "merge-b")).toBeCloseTo(find("merge-b", "merge-a") ?? -1, 12);
    for (const others of related.values()) for (const o of others) expect(o.similarity).toBeLessThanOrEqual(1 + 1e-12);
  });

  it.each([
    ["batch-llm", "flover"],
    ["fisher-merging", "adamerging"],
    ["fs-moe", "flex-sp"],
    ["system-ranking", "multiwinner-fairness"],
    ["token-dynamics", "mamba-mixer"],
    ["online-active-learning", "annotator-aware-learning"],
    ["fedins", "fedau"],
    ["lightning-attention", "fuse-max"],
    ["aranyani", "groupwise-regret"],
  ])("in the catalogue, %s and %s are among each other's first two", (a, b) => {
    const related = relatedPapers(catalogue);
    const near = (slug: string) =>
      related
        .get(slug)
        ?.slice(0, 2)
        .map((entry) => entry.paper.card.slug);
    expect(near(a)).toContain(b);
    expect(near(b)).toContain(a);
  });

  it("in the catalogue, every paper has neighbours, and most have one of their field", () => {
    const related = relatedPapers(catalogue);
    const ofField = catalogue.filter(({ card }) =>
      related.get(card.slug)?.some(({ paper: other }) => other.card.field === card.field),
    );
    expect(Math.min(...[...related.values()].map((others) => others.length))).toBe(4);
    expect(ofField.length).toBeGreaterThan(0.75 * catalogue.length);
  });

  it("gives at most the number asked for", () => {
    expect(Math.max(...[...relatedPapers(papers, 1).values()].map((r) => r.length))).toBe(1);
  });
});
