import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { inversePropensityWeight } from "./propensity.ts";
import { sampleWorld, tools } from "./tool.ts";

const [audit, rerank] = tools;
const quick = { epochs: 2, selectionCols: ["bm25"] };
const apply = (content: string | Uint8Array, options: object = {}, name = "t.csv") =>
  applyTool(audit, toolInput({ queries: { [name]: content } }), { ...quick, ...options });
const table = (...rows: string[]) => ["qid,docid,label,rank,bm25,meaning", ...rows, ""].join("\n");
const fine = ["q1,a,1,1,2,1", "q1,b,0,2,1,0.5", "q1,c,,3,0,0", "q2,a,0,1,1,1"];
const records = (text: string) => parse(text, { columns: true }) as Record<string, string>[];

describe("pooling-bias audit", () => {
  it("finds documents of its sample that are relevant and were never labelled", async () => {
    const { summary, text, tables, charts } = await applySample(audit);
    expect(summary).toBe(
      "Trained on 60 labelled queries and listed the 50 documents most likely to be relevant of 2,340 unlabelled ones.",
    );
    const suspects = records(text("suspects.csv"));
    const relevant = new Set(
      sampleWorld().train.flatMap(({ docs, relevant }) => docs.filter((_, d) => relevant[d] === 1)),
    );
    expect(suspects.length).toBe(50);
    const found = suspects.filter(({ docid }) => relevant.has(docid ?? "")).length / 50;
    expect(found).toBeGreaterThan(0.8); // 5 of 39 unlabelled candidates are relevant
    const scores = suspects.map(({ suspicion }) => Number(suspicion));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(tables.suspects?.rows.length).toBe(50);
    expect(charts.map?.alt).toContain("labelled");
  });

  it("never lists a labelled document, takes an empty label for none, and says what it did with one", async () => {
    const { text, summary, notes } = await apply(table(...fine), { top: 10 });
    expect(notes.join()).toMatch(/The selection model saw bm25\. .*1 query was not trained on\./);
    expect(
      records(text("suspects.csv"))
        .map(({ qid, docid }) => `${qid} ${docid}`)
        .sort(),
    ).toEqual(["q1 b", "q1 c", "q2 a"]);
    expect(summary).toMatch(/^Trained on 1 labelled query and listed the 3 documents/);
  });

  it("writes only a header when nothing is unlabelled but one candidate is needed to learn", async () => {
    const { text } = await apply(table("q,a,1,1,1,2", "q,b,0,2,0,1"), { top: 1 });
    expect(records(text("suspects.csv")).length).toBe(1);
  });

  it("takes texts: JSON Lines of queries and of documents", async () => {
    const docs = ["a cat sat", "cats and dogs", "stocks fell", "the market rose"].map((text, i) =>
      JSON.stringify({ id: i + 1, text }),
    );
    const queries = [
      { query: "cat", positives: ["1"], ranked: ["1", "2", 3] },
      { id: "m", query: "market news", positives: [4], ranked: ["3", "2"] },
    ].map((value) => JSON.stringify(value));
    const input = toolInput({ queries: { "q.jsonl": queries.join("\n") }, docs: { "d.jsonl": docs.join("\n") } });
    const { text } = await applyTool(audit, input, { epochs: 2 });
    const suspects = records(text("suspects.csv"));
    expect(suspects.map(({ qid, docid }) => `${qid} ${docid}`).sort()).toEqual(["cat 2", "cat 3", "m 2", "m 3"]);
    expect(suspects.find(({ docid }) => docid === "2")).toMatchObject({ text: "cats and dogs" });
    const { text: reranked } = await applyTool(rerank, input, { epochs: 2 });
    expect(records(reranked("reranked.csv")).length).toBe(6); // the labelled document outside a ranking is a candidate too
  });
});

describe("pooling-bias rerank", () => {
  it("reranks every candidate of every query and hands over the model", async () => {
    const { text, summary, tables } = await applySample(rerank);
    expect(summary).toMatch(
      /^Trained on 60 labelled queries and reranked 2,400 candidates of 60 queries; the correction changes \d+% of the first ten\.$/,
    );
    const rows = records(text("reranked.csv"));
    expect(rows.length).toBe(2400);
    const first = rows.slice(0, 40);
    expect(first.map(({ rank }) => Number(rank))).toEqual(first.map((_, i) => i + 1));
    const scores = first.map(({ score }) => Number(score));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(tables.weights?.rows.length).toBe(10);

    const model = JSON.parse(text("model.json"));
    const { features } = sampleWorld().train[0] ?? { features: [] };
    const id = first[0]?.docid;
    const doc = sampleWorld().train[0]?.docs.indexOf(id ?? "") ?? -1;
    const weights = model.layers["layers.0.weight"].values as number[];
    const score = (features[doc] ?? []).reduce(
      (sum, x, i) => sum + ((weights[i] ?? 0) * (x - model.mean[i])) / model.scale[i],
      0,
    );
    expect(score).toBeCloseTo(scores[0] ?? 0, 2); // the sample's features are rounded to four digits
  });

  it("is plain training when τ is large, and takes a hidden layer and raw weights", async () => {
    expect(inversePropensityWeight(3, 1000)).toBeCloseTo(2, 2);
    const input = toolInput({ queries: { "t.csv": table(...fine) } });
    const even = await applyTool(rerank, input, { ...quick, tau: 1000 });
    for (const row of even.tables.weights?.rows ?? []) expect(row.corrected).toBeCloseTo(Number(row.plain), 3);
    const deep = await applyTool(rerank, input, { ...quick, hidden: 3, exact: true });
    expect(deep.tables.weights).toBeUndefined();
    expect(Object.keys(JSON.parse(deep.text("model.json")).layers)).toContain("layers.1.weight");
  });
});

describe("bad input", () => {
  it.each([
    ["", {}, /t\.csv: the file is empty/],
    ["a,b\n1,2\n", {}, /no column "qid"/],
    ["qid,docid,label,bm25\nq,a,1,1\n", {}, /fewer than two features/],
    [table("q,a,1,1,2,1", "q,a,0,2,1,1"), {}, /line 3, column docid: document "a" stands twice under query "q"/],
    [table("q,a,1,1,x,1"), {}, /line 2, column bm25: "x" is not a finite number/],
    [table("q,a,1,1,,1"), {}, /line 2, column bm25: the cell is empty/],
    [table("q,a,-1,1,1,1"), {}, /line 2, column label: the label is -1.*unlabelled/],
    [table("q,,1,1,1,1"), {}, /line 2, column docid: the cell is empty/],
    [table("q,a,1,1,1,1"), {}, /no query has both a labelled document and an unlabelled one/],
    [table("q,a,0,1,1,1", "q,b,0,1,1,2"), {}, /no query has both/],
    [table("q,a,1,1,1e308,1", "q,b,0,2,-1e308,0"), {}, /column bm25: the values are too large/],
    [
      table(...fine),
      { selectionCols: ["bm52"] },
      /--selection-cols: t\.csv has no feature "bm52"\. Did you mean bm25\?/,
    ],
    [table(...fine), { selectionCols: ["bm25", "meaning"] }, /would see every feature/],
    [
      table(...fine).replace("bm25", "f1"),
      { selectionCols: [] },
      /no column is recognised.*The features are f1, meaning/,
    ],
  ])("refuses %j with %j", async (content, options, message) => {
    await expect(apply(content, options)).rejects.toThrow(message);
  });

  it.each([
    ["", '{"id":"a","text":"x"}', /q\.jsonl: the file is empty/],
    ["{}", "", /d\.jsonl: the file is empty/],
    ["3", '{"id":"a","text":"x"}', /q\.jsonl, line 1: the line is not a JSON object/],
    ['{"query":""}', '{"id":"a","text":"x"}', /"query" is "", not a text/],
    ['{"query":"x"}', '{"id":"a","text":"x"}', /"ranked" is missing, not a list/],
    ['{"query":"x","ranked":["b"]}', '{"id":"a","text":"x"}', /"ranked" names the document "b", which is not there/],
    ['{"query":"x","ranked":["a","a"]}', '{"id":"a","text":"x"}', /names a document twice/],
    [
      '{"query":"x","ranked":[]}\n{"query":"x","ranked":[]}',
      '{"id":"a","text":"x"}',
      /line 2: two queries are called "x"/,
    ],
    ['{"query":"x","ranked":["a"]}', '{"id":"a","text":1}', /d\.jsonl, line 1: "text" is 1, not a text/],
    [
      '{"query":"x","ranked":["a"]}',
      '{"id":"a","text":""}\n{"id":"a","text":""}',
      /line 2: two documents have the id "a"/,
    ],
  ])("refuses queries %j with documents %j", async (queries, docs, message) => {
    const input = toolInput({ queries: { "q.jsonl": queries }, docs: { "d.jsonl": docs } });
    await expect(applyTool(audit, input, {})).rejects.toThrow(message);
  });

  it("says which files belong together", async () => {
    const docs = { "d.jsonl": '{"id":"a","text":"x"}' };
    await expect(applyTool(audit, toolInput({ queries: { "q.jsonl": "{}" } }), {})).rejects.toThrow(
      /need a file of documents/,
    );
    await expect(applyTool(audit, toolInput({ queries: { "t.csv": table(...fine) }, docs }), {})).rejects.toThrow(
      /takes no documents/,
    );
    await expect(applyTool(audit, {}, {})).rejects.toThrow(/no queries/);
  });

  it("names the options that mend weights too large", async () => {
    // Labelled and unlabelled ones that are trained on both match the words well; what lies below the depth does not.
    const rows = ["q,a,1,1,9,1", "q,b,0,2,7,2", "q,c,0,3,-20,3"];
    const loud = { tau: 1e-3, exact: true, learningRate: 1, epochs: 100, depth: 2 };
    await expect(apply(table(...rows), loud)).rejects.toThrow(
      /--tau: training ran into weights too large.*larger --tau/,
    );
    await expect(apply(table(...rows), { ...loud, exact: false })).resolves.toBeDefined();
  });
});

it("answers any file with a list or a clear refusal, and never half a file", async () => {
  const cell = fc.oneof(fc.constantFrom("q", "a", "1", "0", "", "-3", "1e400", '"', "é"), fc.double().map(String));
  const rows = fc.array(fc.array(cell, { minLength: 5, maxLength: 7 }), { maxLength: 6 });
  const text = rows.map((lines) => table(...lines.map((line) => line.join(","))));
  const likely = fc
    .array(fc.tuple(fc.constantFrom("q", "r"), fc.nat(5), fc.nat(1), fc.nat(9), fc.double(), fc.double()), {
      maxLength: 8,
    })
    .map((lines) => table(...lines.map((line) => line.join(","))));
  const bytes = fc.oneof(
    text.map((t) => new TextEncoder().encode(t)),
    likely.map((t) => new TextEncoder().encode(t)),
    fc.uint8Array({ maxLength: 60 }),
  );
  await fc.assert(
    fc.asyncProperty(bytes, fc.constantFrom("t.csv", "t.tsv", "t.parquet", "t.jsonl"), async (value, name) => {
      try {
        const { outputs, summary } = await apply(value, {}, name);
        expect(Object.keys(outputs)).toEqual(["suspects.csv"]);
        expect(summary).toMatch(/^Trained on \d/);
      } catch (error) {
        if (!isBadInput(error)) throw error;
        expect(error.message).toMatch(/^[^\n]+[.!?]$/);
      }
    }),
    { numRuns: 150 },
  );
});
