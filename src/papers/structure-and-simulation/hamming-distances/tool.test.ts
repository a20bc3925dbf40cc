import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { hammingDistances } from "./hamming.ts";
import { tools } from "./tool.ts";

const [tool] = tools;

interface Given {
  text?: string | Uint8Array;
  name?: string;
  pattern?: string | Uint8Array;
  patternName?: string;
}

function apply({ text = "", name = "t.txt", pattern, patternName = "p.txt" }: Given, options = {}) {
  const files = { text: { [name]: text }, ...(pattern === undefined ? {} : { pattern: { [patternName]: pattern } }) };
  return applyTool(tool, toolInput(files), options);
}

describe("hamming-distances search", () => {
  it("finds the planted probes of its sample", async () => {
    const { summary, text, tables, charts } = await applySample(tool);
    expect(text("distances.csv")).toBe(
      "record,position,distance\nsynthetic,700,0\nsynthetic,2100,1\nsynthetic,3456,3\nsynthetic,5000,6\n",
    );
    expect(summary).toMatch(
      /^Compared a pattern of 32 symbols with 5,969 places in .*, 4 within 8 mismatches; the closest has distance 0 at position 700 of synthetic\.$/,
    );
    expect(tables.best?.rows[0]).toMatchObject({ record: "synthetic", position: 700, distance: 0 });
    expect(tables.plan?.rows.filter((row) => row.taken)).toHaveLength(1);
    expect(charts.distances?.alt).toContain("least of all is 0");
  });

  it("writes every distance of a tiny text", async () => {
    const { text } = await apply({ text: "abracadabra\n", pattern: "abra\n" });
    const expected = [...hammingDistances("abracadabra", "abra")].map((d, i) => `${i},${d}\n`).join("");
    expect(text("distances.csv")).toBe(`position,distance\n${expected}`);
    expect(expected.startsWith("0,0\n1,4\n")).toBe(true);
  });

  it("keeps the best, counts from 1, ignores case and lets N match", async () => {
    const best = await apply({ text: "abracadABRA" }, { find: "abra", best: 2, ignoreCase: true, firstPosition: 1 });
    expect(best.text("distances.csv")).toBe("position,distance\n1,0\n8,0\n");
    const wild = await apply({ text: "GATTACA" }, { find: "TNN", wildcard: "N", maxMismatches: 0 });
    expect(wild.text("distances.csv")).toBe("position,distance\n2,0\n3,0\n");
    const none = await apply({ text: "aaaa" }, { find: "bb", maxMismatches: 1 });
    expect(none.text("distances.csv")).toBe("position,distance\n");
    expect(none.summary).toContain("0 within 1 mismatch");
  });

  it("keeps the best among many in order of distance and place", async () => {
    const text = Array.from({ length: 500 }, (_, i) => "abc"[(i * i) % 3]).join("");
    const h = [...hammingDistances(text, "abcabca")].map((distance, position) => ({ distance, position }));
    const expected = h.sort((a, b) => a.distance - b.distance || a.position - b.position).slice(0, 7);
    const rows = (await apply({ text }, { find: "abcabca", best: 7 }))
      .text("distances.csv")
      .trim()
      .split("\n")
      .slice(1);
    expect(rows).toEqual(expected.map((hit) => `${hit.position},${hit.distance}`));
  });

  it("keeps FASTA records apart and passes over short ones", async () => {
    const fasta = ">one first\nACG\nT\n>two,2\nAC\n>three\nGTAC\n";
    const { text, notes } = await apply({ text: fasta, name: "g.fa" }, { find: "GTA" });
    expect(text("distances.csv")).toBe("record,position,distance\none,0,3\none,1,3\nthree,0,0\nthree,1,3\n");
    expect(notes.join()).toContain("1 of 3 records");
    const quoted = await apply({ text: ">a,b\nAC\n", name: "g.fa" }, { find: "A" });
    expect(quoted.text("distances.csv")).toBe('record,position,distance\n"a,b",0,0\n"a,b",1,1\n');
  });

  it("reads columns of codes", async () => {
    const csv = "time,code\n0,7\n1,4294967295\n2,0\n3,7\n";
    const { text } = await apply({ text: csv, name: "log.csv" }, { find: "7, 4294967295", column: "code" });
    expect(text("distances.csv")).toBe("position,distance\n0,0\n1,2\n2,2\n");
    const fromFile = await apply({ text: "c\n1\n2\n1\n", name: "a.csv", pattern: "c\n2\n1\n", patternName: "b.tsv" });
    expect(fromFile.text("distances.csv")).toBe("position,distance\n0,2\n1,0\n");
  });

  it.each<[Given, object, RegExp]>([
    [{ text: "abc" }, {}, /no pattern was given.*--find/],
    [{ text: "abc", pattern: "a" }, { find: "b" }, /both given/],
    [{ text: "" }, { find: "a" }, /t\.txt: the file is empty/],
    [{ text: "abc", pattern: "\n" }, {}, /p\.txt: the file is empty/],
    [{ text: "abc" }, { find: "abcd" }, /--find: the pattern has 4 symbols and the longest text 3/],
    [{ text: "ACGT", name: "g.fa" }, { find: "A" }, /g\.fa, line 1: the file does not begin with a header/],
    [{ text: ">x\nAC1T\n", name: "g.fa" }, { find: "A" }, /g\.fa, line 2, column 3: "1" is not a letter/],
    [{ text: ">x\n>y\nA\n", name: "g.fa" }, { find: "A" }, /g\.fa, line 1: the record has no sequence/],
    [{ text: ">x\nACGT\n", name: "g.fa", pattern: ">a\nA\n>b\nC\n", patternName: "p.fa" }, {}, /p\.fa: .*2 records/],
    [{ text: "a,b\n1,2\n", name: "x.csv" }, { find: "1" }, /2 columns.*--column: a, b/],
    [{ text: "a,b\n1,2\n", name: "x.csv" }, { find: "1", column: "z" }, /no column "z"/],
    [{ text: "a\n1\n2.5\n", name: "x.csv" }, { find: "1" }, /x\.csv, line 3, column a: 2\.5 is not a whole number/],
    [{ text: "a\n1\nNaN\n", name: "x.csv" }, { find: "1" }, /line 3, column a/],
    [{ text: "a\n4294967296\n", name: "x.csv" }, { find: "1" }, /4294967296 is not a whole number from 0/],
    [{ text: "a\n1\n", name: "x.csv" }, { find: "x" }, /--find: "x" is not a whole number.*4,0,17/],
    [{ text: "a\n1\n", name: "x.csv" }, { find: ", ," }, /--find: the pattern is empty/],
    [{ text: "a\n1\n", name: "x.csv", pattern: "abc" }, {}, /p\.txt: the pattern is a text and the text a table/],
    [{ text: "abc" }, { find: "a", wildcard: "NN" }, /--wildcard: "NN" is not one character/],
    [{ text: "a\n1\n", name: "x.csv" }, { find: "1", wildcard: "N" }, /--wildcard: "N" is not a whole number/],
    [{ text: "abc" }, { find: "a", maxMismatches: -1 }, /--max-mismatches: -1 is not a whole number/],
    [{ text: new Uint8Array([255, 254, 0, 1]) }, { find: "a" }, /not UTF-8/],
  ])("refuses %j with %j", async (given, options, message) => {
    await expect(apply(given, options)).rejects.toThrow(message);
  });

  it("answers any bytes with a result or a clear refusal, and opens no output when it refuses", async () => {
    const lines = fc
      .array(
        fc.constantFrom(">x", "ACGT", "acgn", "1", "1,2", "a,b", "NaN", "1e99", "-1", "", '"', "é😀", "4294967296"),
        { maxLength: 6 },
      )
      .map((rows) => new TextEncoder().encode(rows.join("\n")));
    const bytes = fc.oneof(
      { weight: 3, arbitrary: lines },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 120 }) },
    );
    const names = fc.constantFrom("a.txt", "a.fa", "a.csv", "a.tsv", "a.jsonl", "a.parquet", "noending");
    const options = fc.record(
      {
        find: fc.constantFrom("", "A", "AC", "1", "1,2", "é"),
        maxMismatches: fc.constantFrom(0, 1, 5),
        best: fc.constantFrom(1, 3),
        wildcard: fc.constantFrom("", "N", "1", "xx"),
        ignoreCase: fc.boolean(),
        column: fc.constantFrom("", "a"),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.option(bytes),
        names,
        names,
        options,
        async (text, pattern, name, patternName, chosen) => {
          let outputs: Record<string, Uint8Array>;
          try {
            ({ outputs } = await apply({ text, name, patternName, ...(pattern ? { pattern } : {}) }, chosen));
          } catch (error) {
            if (!isBadInput(error)) throw error;
            return;
          }
          expect(Object.keys(outputs)).toEqual(["distances.csv"]);
        },
      ),
      { numRuns: 400 },
    );
  });
});
