import { existsSync } from "node:fs";
import katex from "katex";
import { describe, expect, it } from "vitest";
import { fieldIds } from "../kit/fields.ts";
import { hasThreshold } from "../kit/verdict.ts";
import { catalogue, findPaper, getPaper, papersOf } from "./catalogue.ts";

describe("the catalogue", () => {
  it("lists 58 papers, each once, newest arXiv id first", () => {
    expect(catalogue.length).toBe(58);
    expect(new Set(catalogue.map((p) => p.card.slug)).size).toBe(58);
    expect(new Set(catalogue.map((p) => p.card.arxiv)).size).toBe(58);
    const ids = catalogue.map((p) => p.card.arxiv);
    expect(ids).toEqual([...ids].sort().reverse());
  });

  it("has papers in every field", () => {
    for (const field of fieldIds) expect(papersOf(field).length).toBeGreaterThan(0);
  });

  it("suggests the nearest slug", () => {
    expect(() => getPaper("fisher-mergin")).toThrow('Did you mean "fisher-merging"?');
    expect(findPaper("nope")).toBeUndefined();
  });

  describe.each(catalogue.map((paper) => [paper.card.slug, paper] as const))("%s", (slug, paper) => {
    const { card } = paper;
    const prose = [
      card.summary,
      card.claim.words,
      card.tool,
      ...card.claim.parts.flatMap((p) => [p.words, p.inequality]),
    ];

    it("stands in the folder of its field and has both doors or none", () => {
      expect(existsSync(new URL(`./${card.field}/${slug}/card.ts`, import.meta.url))).toBe(true);
      expect(paper.claim === undefined).toBe(paper.tool === undefined);
    });

    it("has a complete card", () => {
      expect(card.arxiv).toMatch(/^\d{4}\.\d{4,5}$/);
      expect(Number(card.arxiv.slice(0, 2)) + 2000).toBeLessThanOrEqual(card.year + 1);
      expect(card.authors.length).toBeGreaterThan(0);
      expect(card.authors.every((name) => name.trim() === name && name.length > 3)).toBe(true);
      expect(card.listed).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      if (card.code) expect(card.code).toMatch(/^https:\/\//);
      const sentences = card.summary.split(/[.?!](?:\s|$)/).filter((part) => part.trim().length > 0);
      expect(sentences.length).toBeGreaterThanOrEqual(3);
      expect(sentences.length).toBeLessThanOrEqual(7);
      expect(card.reported.length).toBeGreaterThan(0);
      expect(card.claim.parts.some((part) => part.required)).toBe(true);
      expect(card.claim.parts.some((part) => part.required && !hasThreshold(part))).toBe(false);
      expect(new Set(card.claim.parts.map((part) => part.name)).size).toBe(card.claim.parts.length);
      for (const figure of card.reported) {
        if (figure.part) expect(card.claim.parts.map((part) => part.name)).toContain(figure.part);
      }
    });

    it("has maths that can be set", () => {
      for (const text of prose) {
        for (const [, maths] of text.matchAll(/\$([^$]+)\$/g)) {
          expect(() => katex.renderToString(maths ?? "", { throwOnError: true })).not.toThrow();
        }
        expect((text.match(/\$/g) ?? []).length % 2).toBe(0);
      }
    });

    it.runIf(paper.claim !== undefined)("opens its doors", async () => {
      const { claim } = (await paper.claim?.()) ?? {};
      const { tools } = (await paper.tool?.()) ?? {};
      expect(claim?.params.shape).toHaveProperty("ablate");
      expect(tools?.length).toBeGreaterThan(0);
      expect(new Set(tools?.map((tool) => tool.name)).size).toBe(tools?.length);
    });
  });
});
