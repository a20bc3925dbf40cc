import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { tools } from "./tool.ts";

const [consensus, next] = tools;
type Files = Record<string, string | Uint8Array>;
const agree = (answers: Files, options = {}, gold: Files = {}) =>
  applyTool(consensus, toolInput({ answers, gold }), options);
const ask = (files: Record<string, Files>, options = {}) => applyTool(next, toolInput(files), options);
const lines = (text: string) => text.trim().split("\n");

describe("annotator-aware-learning consensus", () => {
  it("weighs the answers of its sample and finds the careful annotator", async () => {
    const { summary, text, tables, charts } = await applySample(consensus);
    expect(summary).toMatch(/^Weighed \d+ answers of 5 annotators about 150 items into 3 classes: \d+ labels differ/);
    expect(summary).toContain("most reliable annotator is Ada");
    expect(lines(text("consensus.csv")).length).toBe(151);
    expect(lines(text("consensus.csv"))[0]).toBe("item,label,confidence,answers,p_bird,p_cat,p_dog");
    expect(tables.annotators?.rows.map(({ annotator }) => annotator)[0]).toBe("Ada");
    expect(charts.annotators?.alt).toContain("5 annotators");
  });

  it("writes what majority gives, with classes in natural order and answers counted", async () => {
    const csv = "item,annotator,label\r\nx,a,10\r\nx,b,10\r\nx,c,9\r\ny,a,9\r\ny,b,?\r\nz,c,\r\n";
    const { text, outputs } = await agree({ "a.csv": csv }, { model: "majority" });
    expect(lines(text("consensus.csv"))).toEqual([
      "item,label,confidence,answers,p_9,p_10",
      "x,10,0.666667,3,0.333333,0.666667",
      "y,9,1,1,1,0",
      "z,,0.5,0,0.5,0.5",
    ]);
    expect(Object.keys(outputs)).toEqual(["consensus.csv", "annotators.csv"]);
  });

  it("reads other column names, quotes, Unicode, tabs and confidences, and adds confusion matrices", async () => {
    const more = Array.from(
      { length: 8 },
      (_, i) => `${i}\ta\t${i % 2 ? "ja" : "nein"}\t\n${i}\tb\t${i % 2 ? "ja" : "nein"}\t\n`,
    );
    const tsv = `Bild\tWer\tSagt\tsure\n"Ö, 1"\ta\tja\t1\n"Ö, 1"\tb\tnein\t0\nß\ta\tnein\t0.9\n${more.join("")}`;
    const columns = { item: "Bild", annotator: "Wer", label: "Sagt", confidence: "sure" };
    const { text } = await agree({ "a.tsv": tsv }, { ...columns, model: "dawid-skene" });
    expect(lines(text("consensus.csv"))[1]).toMatch(/^"Ö, 1",ja,0\.[78]\d*,1,/);
    expect(lines(text("confusion.csv")).length).toBe(1 + 2 * 4);
  });

  it("takes known labels for certain", async () => {
    const csv = "item,annotator,label\nx,a,1\nx,b,1\ny,a,0\ny,b,1\nz,a,1\nz,b,0\n";
    const gold = { "g.csv": "item,label\nx,0\nother,1\n" };
    const { text, summary, notes } = await agree({ "a.csv": csv }, {}, gold);
    expect(lines(text("consensus.csv"))[1]).toMatch(/^x,0,1,2,1,0/);
    expect(summary).toContain("with 1 known label:");
    expect(notes.join(" ")).toContain("1 known label is of items");
  });

  it.each(["one-coin", "dawid-skene", "majority"])(
    "%s takes a known label over every answer, or without one",
    async (model) => {
      const csv = "item,annotator,label\nx,a,1\nx,b,1\ny,a,0\ny,b,1\nz,a,?\n";
      const { text, tables } = await agree({ "a.csv": csv }, { model }, { "g.csv": "item,label\nx,0\nz,1\n" });
      const rows = lines(text("consensus.csv"));
      expect(rows[1]).toBe("x,0,1,2,1,0");
      expect(rows[3]).toBe("z,1,1,0,0,1");
      expect(tables.annotators?.rows.every(({ accuracy }) => Number(accuracy) < 0.9)).toBe(true);
    },
  );

  it.each([
    ["item,label\nx,2\n", /g\.csv, line 2, column label: no answer has the label "2". Write it as/],
    ["item,label\nx,1\nx,0\n", /line 3, column label: the item "x" has another known label already/],
  ])("refuses known labels %j", async (gold, message) => {
    const csv = "item,annotator,label\nx,a,1\nx,b,0\n";
    await expect(agree({ "a.csv": csv }, {}, { "g.csv": gold })).rejects.toThrow(message);
  });

  it.each([
    ["", {}, /empty/],
    ["item,annotator,label\n", {}, /no rows/],
    ["item,annotator,label\nx,a,1\n", {}, /every label is "1", and two or more/],
    ["item,annotator,label\nx,a,\n", {}, /has no label/],
    ["item,annotator,label\nx,a,1\nx,a,0\n", {}, /line 3, column annotator: the annotator has answered .* line 2/],
    ["item,annotator,label\n,a,1\n", {}, /line 2, column item: the cell is empty/],
    ["item,who,label\nx,a,1\n", {}, /no column "annotator".*item, who, label/],
    ["item,annotator,label,c\nx,a,1,2\nx,b,0,1\n", { confidence: "c" }, /line 2, column c: a confidence of 2/],
    ["item,annotator,label,c\nx,a,1,high\n", { confidence: "c" }, /"high" is not a finite number/],
    ["item,annotator,label\nx,a,1\nx,b,0\n", { model: "majority", halfLife: 5 }, /--half-life/],
  ])("refuses %j with %j", async (csv, options, message) => {
    await expect(agree({ "a.csv": csv }, options)).rejects.toThrow(message);
  });
});

const features = (n: number) =>
  `item,u,v\n${Array.from({ length: n }, (_, i) => `i${i},${i % 2 === 0 ? -2 : 2},${(i * 7) % 5}`).join("\n")}\n`;
const answersOf = (n: number, who: string[]) =>
  `item,annotator,label\n${Array.from({ length: n }, (_, i) =>
    who.map((k, at) => `i${i},${k},${at < 2 || i % 3 > 0 ? i % 2 : 1 - (i % 2)}`).join("\n"),
  ).join("\n")}\n`;

describe("annotator-aware-learning next", () => {
  it("lists questions of its sample within the prices", async () => {
    const { summary, text, tables } = await applySample(next);
    expect(summary).toMatch(
      /^Listed 10 questions to \d of 5 annotators for [\d.]+ units of cost \(by uncertainty, infoPerCost\), after 200 answers\.$/,
    );
    expect(lines(text("next.csv")).length).toBe(11);
    expect(lines(text("next.csv"))[0]).toBe("item,annotator,utility,cost");
    expect(lines(text("labels.csv")).length).toBe(201);
    expect(tables.annotators?.rows.length).toBe(5);
  });

  it("warms up without answers: everybody about the same items", async () => {
    const files = { features: { "f.csv": features(30) }, annotators: { "p.csv": "annotator,cost\na,2\nb,1\n" } };
    const { text, summary } = await ask(files, { batch: 6 });
    const rows = lines(text("next.csv")).slice(1);
    expect(rows.map((row) => row.split(",")[1])).toEqual(["a", "b", "a", "b", "a", "b"]);
    expect(new Set(rows.map((row) => row.split(",")[0])).size).toBe(3);
    expect(summary).toContain("for 9 units of cost (warm-up, 0 of 16 items");
  });

  it("asks the most informative for the price, no pair twice, and those with a price only", async () => {
    const files = {
      features: { "f.csv": features(40) },
      answers: { "a.csv": answersOf(20, ["gone", "good", "bad"]) },
      annotators: { "p.csv": "annotator,cost\ngood,1\nbad,1\n" },
    };
    const first = await ask(files, { batch: 5 });
    const rows = lines(first.text("next.csv")).slice(1);
    expect(rows.every((row) => row.split(",")[1] === "good")).toBe(true);
    const again = await ask({ ...files, asked: { "next.csv": first.text("next.csv") } }, { batch: 40 });
    const later = lines(again.text("next.csv")).slice(1);
    const pair = (row: string) => row.split(",").slice(0, 2).join();
    expect(later.map(pair).filter((p) => rows.map(pair).includes(p))).toEqual([]);
    expect(again.summary).toContain("5 earlier ones still open");
  });

  it("spends no more than the budget, the answers so far included", async () => {
    const files = { features: { "f.csv": features(40) }, answers: { "a.csv": answersOf(20, ["a", "b"]) } };
    expect(lines((await ask(files, { batch: 20, budget: 43 })).text("next.csv")).length).toBe(4);
    const spent = await ask(files, { budget: 40 });
    expect(spent.summary).toBe("There is nothing left to ask: the budget is spent.");
    expect(spent.text("next.csv")).toBe("item,annotator,utility,cost\n");
  });

  it("refuses a budget below the cheapest question, and says what a rest does not buy", async () => {
    const dear = { "p.csv": "annotator,cost\na,2\nb,3\n" };
    await expect(ask({ features: { "f.csv": features(30) }, annotators: dear }, { budget: 1 })).rejects.toThrow(
      /--budget: the budget of 1 is below the cheapest question, 2. Give 2 or more/,
    );
    const files = {
      features: { "f.csv": features(40) },
      answers: { "a.csv": answersOf(20, ["a", "b"]) },
      annotators: dear,
    };
    const { summary, notes } = await ask(files, { budget: 101 });
    expect(summary).toBe("There is nothing left to ask: the cheapest question costs 2, and 1 of the budget is left.");
    expect(notes).toEqual([]);
  });

  it("leaves the warm-up although every answer is the same, and ends when everything was asked", async () => {
    const same = (n: number) =>
      `item,annotator,label\n${Array.from({ length: n }, (_, i) => `i${i},a,cat\ni${i},b,cat`).join("\n")}\n`;
    const files = (n: number) => ({ features: { "f.csv": features(20) }, answers: { "a.csv": same(n) } });
    const more = await ask(files(16), { batch: 3 });
    expect(more.summary).toContain("Listed 3 questions");
    expect(more.summary).toContain("(by uncertainty, infoPerCost)");
    expect(more.notes).toEqual([expect.stringMatching(/^Every answer so far is "cat"/)]);
    const done = await ask(files(20));
    expect(done.summary).toBe("There is nothing left to ask: every question was asked.");
    expect(done.notes.join()).not.toContain("Too little");
    expect(lines(done.text("labels.csv"))[1]).toMatch(/^i0,cat,/);
  });

  it("learns from what there is when no question of the warm-up is left", async () => {
    const files = { features: { "f.csv": features(20) }, answers: { "a.csv": answersOf(4, ["a", "b"]) } };
    const { summary, text, notes } = await ask(files, { budget: 8 });
    expect(summary).toBe("There is nothing left to ask: the budget is spent.");
    expect(lines(text("labels.csv")).length).toBe(21);
    expect(notes.join()).not.toContain("Too little");
  });

  it("multiplies an item's price by the annotator's, which is no feature", async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `i${i},${i % 2 ? 2 : -2},${1 + (i % 3)}`).join("\n");
    const files = {
      features: { "f.csv": `item,u,price\n${rows}\n` },
      annotators: { "p.csv": "annotator,cost\na,2\nb,5\n" },
    };
    const { text } = await ask(files, { itemCost: "price", batch: 12 });
    for (const row of lines(text("next.csv")).slice(1)) {
      const [item = "", who, , cost] = row.split(",");
      expect(Number(cost)).toBe((1 + (Number(item.slice(1)) % 3)) * (who === "a" ? 2 : 5));
    }
    await expect(
      ask({ ...files, features: { "f.csv": "item,u,price\nx,1,0\n" } }, { itemCost: "price" }),
    ).rejects.toThrow(/line 2, column price: a cost of 0 is not above 0/);
  });

  it("decides by what mistakes cost, and warns of a diagonal that is not 0", async () => {
    const files = { features: { "f.csv": features(40) }, answers: { "a.csv": answersOf(20, ["a", "b"]) } };
    const labels = async (mistakes: string) => {
      const { text, notes } = await ask({ ...files, mistakes: { "m.csv": `true,decided,cost\n${mistakes}` } });
      return {
        of: lines(text("labels.csv"))
          .slice(1)
          .map((row) => row.split(",")[1]),
        notes,
      };
    };
    const fair = await labels("1,0,1\n");
    expect([new Set(fair.of).size, fair.notes]).toEqual([2, []]);
    const afraid = await labels("1,0,1e6\n0,0,0.5\nother,0,3\n");
    expect(new Set(afraid.of)).toEqual(new Set(["1"])); // a missed 1 is ruinous
    expect(afraid.notes.join(" ")).toContain("m.csv: Deciding rightly for class 0 costs 0.5, not 0.");
    expect(afraid.notes.join(" ")).toContain("1 row names a label");
  });

  it.each([
    [{ features: { "f.csv": features(3) } }, /--annotators: there is nobody to ask/],
    [{ features: { "f.csv": "item\nx\n" } }, /no column besides the item/],
    [{ features: { "f.csv": "item,u\nx,1\nx,2\n" } }, /line 3, column item: the item "x" stands/],
    [{ features: { "f.csv": "item,u\nx,NaN\n" } }, /line 2, column u: the cell is empty or NaN, and a number/],
    [
      { features: { "f.csv": features(3) }, annotators: { "p.csv": "annotator,cost\na,0\n" } },
      /line 2, column cost: a cost of 0/,
    ],
    [
      { features: { "f.csv": features(3) }, annotators: { "p.csv": "annotator,cost\na,1\na,2\n" } },
      /"a" stands on another/,
    ],
    [
      { features: { "f.csv": features(3) }, answers: { "a.csv": answersOf(5, ["a"]) } },
      /a.csv: the item "i3" has no features/,
    ],
    [{}, /no features were given/],
  ])("refuses %j", async (files, message) => {
    await expect(ask(files as Record<string, Files>)).rejects.toThrow(message);
  });
});

describe("any bytes", () => {
  const cell = fc.constantFrom(
    "item",
    "annotator",
    "label",
    "cost",
    "u",
    "a",
    "b",
    "1",
    "0",
    "2.5",
    "",
    "NaN",
    "?",
    '"',
    "1e308",
    "-1e308",
  );
  const csv = fc
    .array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 6 })
    .map((rows) => rows.map((row) => row.join(",")).join("\n"));
  const headed = csv.map((body) => `item,annotator,label\n${body}`);
  const text = (from: fc.Arbitrary<string>) => from.map((value) => new TextEncoder().encode(value));
  const bytes = fc.oneof(text(csv), text(headed), fc.uint8Array({ maxLength: 100 }));
  const numbers = text(
    fc
      .array(fc.constantFrom("a,1", "b,0", "1,-1e308", "2.5,1e308", "0,3"), { maxLength: 5 })
      .map((rows) => `item,u\n${rows.join("\n")}`),
  );

  it("end in an answer or a clear refusal, and open no output when refused", async () => {
    const name = fc.constantFrom("s.csv", "s.tsv", "s.jsonl", "s.parquet");
    const model = fc.constantFrom("one-coin", "dawid-skene", "majority");
    const unless = async (apply: () => Promise<{ outputs: Record<string, Uint8Array> }>, first: string) => {
      try {
        expect(Object.keys((await apply()).outputs)[0]).toBe(first);
      } catch (error) {
        if (!isBadInput(error)) throw error;
      }
    };
    await fc.assert(
      fc.asyncProperty(
        bytes,
        name,
        model,
        numbers,
        fc.integer({ min: 1, max: 2 }),
        async (content, called, how, rows, warmUp) => {
          await unless(() => agree({ [called]: content }, { model: how }), "consensus.csv");
          await unless(
            () => ask({ features: { "f.csv": rows }, answers: { [called]: content } }, { warmUp }),
            "next.csv",
          );
          await unless(
            () => ask({ features: { [called]: content }, annotators: { "p.csv": "annotator,cost\na,1\n" } }),
            "next.csv",
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});
