import { describe, expect, it } from "vitest";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { nextTool } from "./tool-next.ts";

type Files = Record<string, string | Uint8Array>;
const ask = (files: Record<string, Files>, options = {}) => applyTool(nextTool, toolInput(files), options);
const lines = (text: string) => text.trim().split("\n");

const features = (n: number) =>
  `item,u,v\n${Array.from({ length: n }, (_, i) => `i${i},${i % 2 === 0 ? -2 : 2},${(i * 7) % 5}`).join("\n")}\n`;
const answersOf = (n: number, who: string[]) =>
  `item,annotator,label\n${Array.from({ length: n }, (_, i) =>
    who.map((k, at) => `i${i},${k},${at < 2 || i % 3 > 0 ? i % 2 : 1 - (i % 2)}`).join("\n"),
  ).join("\n")}\n`;

describe("annotator-aware-learning next", () => {
  it("lists questions of its sample within the prices", async () => {
    const { summary, text, tables } = await applySample(nextTool);
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
