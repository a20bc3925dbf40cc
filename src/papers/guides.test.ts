import katex from "katex";
import { describe, expect, it } from "vitest";
import { fieldIds } from "../kit/fields.ts";
import { findExperiment, findPaper, getExperiment, guideOf, guides } from "./catalogue.ts";

describe("guides", () => {
  it("are one a field at most, under slugs of their own", () => {
    expect(new Set(guides.map((guide) => guide.card.field)).size).toBe(guides.length);
    for (const guide of guides) {
      expect(findPaper(guide.card.slug)).toBeUndefined();
      expect(findExperiment(guide.card.slug)).toBe(guide);
      expect(guideOf(guide.card.field)).toBe(guide);
    }
    expect(fieldIds.flatMap((field) => guideOf(field) ?? []).length).toBe(guides.length);
  });

  it("leave papers where they are, and refuse what is neither", () => {
    expect(getExperiment("system-ranking")).toBe(findPaper("system-ranking"));
    expect(() => getExperiment("system-rankin")).toThrow('Did you mean "system-ranking"?');
  });

  it("need Node where a paper they measure does", () => {
    for (const { card, advice } of guides) {
      const papers = advice.flatMap((row) => (row.slug ? [findPaper(row.slug)?.card.where] : []));
      if (papers.includes("server")) expect([card.slug, card.where]).toEqual([card.slug, "server"]);
    }
  });

  it("back every row of advice with a part of their claim, and know the papers they name", async () => {
    for (const { card, advice, claim } of guides) {
      const parts = card.claim.parts.map((part) => part.name);
      for (const row of advice) {
        expect(parts).toContain(row.part);
        if (row.slug) expect(findPaper(row.slug)?.card.field).toBe(card.field);
      }
      for (const text of advice.flatMap((row) => [row.when, row.needs, row.cost])) {
        for (const [, maths] of text.matchAll(/\$([^$]+)\$/g)) {
          expect(() => katex.renderToString(maths ?? "", { throwOnError: true })).not.toThrow();
        }
      }
      expect(Object.keys((await claim()).claim.scales)).toEqual(["quick", "full"]);
    }
  });
});
