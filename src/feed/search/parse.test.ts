import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEmpty, longestQuery, parseQuery } from "./parse.ts";

const word = (text: string, not = false) => ({ text, phrase: false, not });

/** Any UTF-16 unit, halves of pairs too. */
const anyUnit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));

describe("the search box", () => {
  it("takes words, phrases and exclusions", () => {
    expect(parseQuery('model "linear attention" -graph -"neural network" state-space')).toMatchObject({
      terms: [
        word("model"),
        { text: "linear attention", phrase: true, not: false },
        word("graph", true),
        { text: "neural network", phrase: true, not: true },
        word("state-space"),
      ],
      notes: [],
    });
    expect(parseQuery('"never closed').terms).toEqual([{ text: "never closed", phrase: true, not: false }]);
  });

  it("takes filters", () => {
    expect(
      parseQuery(
        'author:"ada lovelace" author:hopper -author:turing field:llm FIELD:"Model merging" -field:online-learning',
      ),
    ).toMatchObject({
      authors: [
        { text: "ada lovelace", not: false },
        { text: "hopper", not: false },
        { text: "turing", not: true },
      ],
      fields: ["llm-systems", "model-merging"],
      notFields: ["online-learning"],
      terms: [],
      notes: [],
    });
    expect(parseQuery("year:2023 year:2019-2020 year:2021.. year:-1999").years).toEqual([
      { from: 2023, to: 2023 },
      { from: 2019, to: 2020 },
      { from: 2021, to: 9999 },
      { from: 0, to: 1999 },
    ]);
    expect(parseQuery('runnable:yes verdict:holds verdict:"does not hold"')).toMatchObject({
      runnable: true,
      verdicts: ["holds", "does not hold"],
    });
  });

  it("says what it does not understand, and searches the rest", () => {
    const query = parseQuery("field:modelmerging year:soon runnable:perhaps verdict:great -year:2020 attention");
    expect(query.terms).toEqual([word("attention")]);
    expect(query.notes).toEqual([
      "There is no field “modelmerging”. Did you mean field:model-merging?",
      "“year:soon” is not understood: write year:2023, year:2020-2023 or year:2020-.",
      "“runnable:perhaps” is not understood: write runnable:yes or runnable:no.",
      "There is no verdict “great”: write holds, partly, fails or inconclusive.",
      "“-year:” cannot be excluded; say what you want instead.",
    ]);
  });

  it("takes other words with a colon as they stand", () => {
    expect(parseQuery('cs:LG title:"a b"').terms).toEqual([
      word("cs:LG"),
      word("title"),
      { text: "a b", phrase: true, not: false },
    ]);
  });

  it("takes any text, and not without bound", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyUnit, maxLength: 150 }), (text) => {
        const query = parseQuery(text);
        expect(query.terms.length).toBeLessThanOrEqual(24);
        for (const term of query.terms) expect(term.text).not.toBe("");
      }),
    );
    expect(parseQuery("a ".repeat(longestQuery)).notes).toHaveLength(2);
    for (const text of ["", "   ", "-", '""', ":", "- - -", "author:", "?!"])
      expect(isEmpty(parseQuery(text)), text).toBe(true);
  });
});
