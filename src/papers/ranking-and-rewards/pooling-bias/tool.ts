import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import {
  defineTool,
  type InputSpec,
  type Row,
  type SampleFile,
  type ToolInput,
  type ToolRun,
} from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { auditUnlabelled, type Suspect } from "./audit.ts";
import { type Candidates, readCandidates } from "./candidates.ts";
import { selectColumns } from "./cet.ts";
import { type Corrected, trainCorrected } from "./corrected-ranker.ts";
import { topPositions } from "./retrieval-metrics.ts";
import { poolingSimulator } from "./simulator.ts";

const training = {
  selectionCols: z
    .array(z.string())
    .default([])
    .describe("Features of the search engine behind the labels; default: those named like bm25, overlap, tfidf"),
  depth: z.number().int().min(1).max(100_000).default(30).describe("Negatives come from the first so many candidates"),
  perPositive: z.number().int().min(1).max(100).default(8).describe("Negatives a labelled document"),
  tau: z.number().gt(0).max(1000).default(2).describe("Temperature of the weights; lower corrects more boldly"),
  exact: z.boolean().default(false).describe("Raw weights as in the authors' code, neither normalised nor bounded"),
  l2: z.number().min(0).max(10).default(0).describe("Penalty on the ranker's weights"),
  l2Selection: z.number().min(0).max(10).default(0.01).describe("Penalty on the selection model's weights"),
  hidden: z
    .number()
    .int()
    .min(0)
    .max(256)
    .default(0)
    .describe("Width of a hidden layer in both models; 0 for linear ones"),
  epochs: z.number().int().min(1).max(1000).default(20).describe("Passes over the training triples"),
  learningRate: z.number().gt(0).max(1).default(0.02).describe("Learning rate of Adam"),
  batch: z.number().int().min(1).max(10_000).default(64).describe("Triples an update"),
  seed: z.number().int().min(0).max(4294967295).default(1).describe("Seed of negatives and batches"),
};

const inputs: InputSpec[] = [
  {
    name: "queries",
    description:
      'A table qid,docid,label,rank,features…, one candidate a row; or JSON Lines {"query", "positives": [ids], "ranked": [ids]} with a file of documents',
    accepts: [".csv", ".tsv", ".parquet", ".jsonl", ".ndjson"],
  },
  {
    name: "docs",
    description: 'Documents of JSON Lines queries: {"id", "text"}',
    accepts: [".jsonl", ".ndjson"],
    optional: true,
  },
];

/** Sixty queries with forty candidates each, labelled through a pool; the last columns are what its search engine worked with. */
export function sampleWorld() {
  return poolingSimulator({ random: new Random(2209), train: 60, test: 0, docs: 40, relevantShare: 0.15, depth: 10 });
}

async function sample(): Promise<{ files: SampleFile[]; options: { selectionCols: string[] } }> {
  const lexical = ["bm25", "overlap", "title_match", "tfidf_cosine"];
  const semantic = Array.from({ length: 6 }, (_, i) => `embedding_${i + 1}`);
  const rows = sampleWorld().train.flatMap(({ id, docs, features, positives, rankings }) =>
    (rankings.strong ?? []).map((d, place) => [
      id,
      docs[d],
      positives.includes(d) ? 1 : 0,
      place + 1,
      ...(features[d] ?? []).map((x) => x.toFixed(4)),
    ]),
  );
  const content = stringify([["qid", "docid", "label", "rank", ...semantic, ...lexical], ...rows]);
  return { files: [{ input: "queries", name: "candidates.csv", content }], options: { selectionCols: lexical } };
}

async function prepare(
  { queries = [], docs = [] }: ToolInput,
  options: z.output<z.ZodObject<typeof training>>,
  run: ToolRun,
): Promise<{ candidates: Candidates; corrected: Corrected }> {
  const [file] = queries;
  if (!file) throw new BadInput("no queries were given");
  run.progress(0, `reading ${file.name}`);
  const candidates = await readCandidates(file, docs[0]);
  run.progress(0.2, "training");
  return { candidates, corrected: await trainCorrected(candidates, options, run) };
}

const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** Which columns the selection model saw, and what was left out of training. */
function trainedOnWhat({ featureNames }: Candidates, { selectionMask, trainedOn, queries }: Corrected): string {
  const seen = `The selection model saw ${selectionMask.map((i) => featureNames[i]).join(", ")}.`;
  const left = queries.length - trainedOn;
  if (left === 0) return seen;
  return `${seen} Without a label, or without an unlabelled candidate beside it, ${count(left, "query was", "queries were")} not trained on.`;
}

/** A text cut for a table. */
const short = (text: string, length: number): string => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
};

function suspectRow({ queries }: Corrected, { texts }: Candidates, suspect: Suspect): Row {
  const query = queries[suspect.query];
  const doc = query?.docs[suspect.doc] ?? "";
  const place = query?.rankings.given?.indexOf(suspect.doc) ?? -1;
  return {
    qid: query?.id ?? "",
    docid: doc,
    rank: place < 0 ? null : place + 1,
    suspicion: suspect.suspicion,
    relevance: suspect.relevance,
    selection: suspect.selection,
    ...(texts ? { query: texts.query[suspect.query] ?? "", text: texts.doc.get(doc) ?? "" } : {}),
  };
}

/** f_R against f_S of unlabelled documents, thinned to what a page can show, and of the labelled ones. */
function showMap(run: ToolRun, { queries, models, selectionMask }: Corrected, suspects: readonly Suspect[]): void {
  const step = Math.max(1, Math.ceil(suspects.length / 800));
  const values = suspects.flatMap(({ relevance, selection }, i) =>
    i < 100 || i % step === 0 ? [{ relevance, selection, kind: i < 100 ? "most suspect" : "unlabelled" }] : [],
  );
  const labelled = queries.flatMap(({ features, positives }) =>
    positives.map((d) => Float32Array.from(features[d] ?? [])),
  );
  for (const row of labelled.slice(0, 400)) {
    const selection = models.selection.score(selectColumns(row, row.length, selectionMask));
    values.push({ relevance: models.relevance.score(row), selection, kind: "labelled" });
  }
  run.chart("map", {
    alt: "Relevance score against selection score: labelled documents score high on both, the most suspect unlabelled ones high on relevance and low on selection.",
    spec: {
      width: "container",
      data: { values },
      mark: { type: "point", opacity: 0.6 },
      encoding: {
        x: { field: "selection", type: "quantitative", title: "selection: would it have been looked at?" },
        y: { field: "relevance", type: "quantitative", title: "relevance" },
        color: { field: "kind", type: "nominal", title: null, sort: ["labelled", "most suspect", "unlabelled"] },
      },
    },
  });
}

const auditOptions = z.object({
  top: z.number().int().min(1).max(1_000_000).default(50).describe("Suspects to list"),
  ...training,
});

const rerankOptions = z.object(training);

export const tools = [
  defineTool({
    name: "audit",
    summary: "Lists the unlabelled documents most likely to be relevant, for people to look at again.",
    inputs,
    options: auditOptions,
    example: "audit train.csv --selection-cols bm25,overlap --top 50 --out suspects.csv",
    sample,
    async apply(files, options, run) {
      const { candidates, corrected } = await prepare(files, options, run);
      run.progress(0.85, "sorting unlabelled documents");
      const suspects = auditUnlabelled(corrected.queries, corrected.models, corrected);
      const listed = suspects.slice(0, options.top).map((suspect) => suspectRow(corrected, candidates, suspect));
      run.table("suspects", {
        title: "Unlabelled documents to look at first",
        columns: [
          { key: "qid", label: "query" },
          { key: "docid", label: "document" },
          { key: "rank", label: "rank", digits: 0 },
          { key: "suspicion", label: "suspicion", digits: 3 },
          { key: "relevance", label: "relevance", digits: 2 },
          { key: "selection", label: "selection", digits: 2 },
          ...(candidates.texts ? [{ key: "text", label: "text" }] : []),
        ],
        rows: listed
          .slice(0, 50)
          .map((row) => (row.text === undefined ? row : { ...row, text: short(String(row.text), 80) })),
      });
      showMap(run, corrected, suspects);
      run.note(
        `Suspicion sorts, it does not measure: a list for people, not new labels. It rests on the selection columns being what the search engine behind the labels worked with. ${trainedOnWhat(candidates, corrected)}`,
      );
      const output = await run.output("suspects.csv", "text/csv");
      const columns = Object.keys(listed[0] ?? suspectRow(corrected, candidates, noSuspect));
      await output.write(stringify([columns, ...listed.map((row) => columns.map((key) => row[key] ?? ""))]));
      await output.close();
      return {
        summary: `Trained on ${count(corrected.trainedOn, "labelled query", "labelled queries")} and listed the ${count(listed.length, "document")} most likely to be relevant of ${count(suspects.length, "unlabelled one")}.`,
      };
    },
  }),
  defineTool({
    name: "rerank",
    summary: "Trains a reranker with corrected negatives on the labelled queries and reranks the candidates of all.",
    inputs,
    options: rerankOptions,
    example: "rerank train.csv --selection-cols bm25,overlap --out reranked.csv",
    sample,
    async apply(files, options, run) {
      const { candidates, corrected } = await prepare(files, options, run);
      run.progress(0.85, "reranking");
      const { queries, models, plain } = corrected;
      const output = await run.output("reranked.csv", "text/csv");
      await output.write(stringify([["qid", "docid", "rank", "score", "label"]]));
      let kept = 0;
      let places = 0;
      for (const query of queries) {
        const rows = query.features.flatMap((row) => Array.from(row));
        const stacked = Float32Array.from(rows);
        const scores = models.relevance.scoreRows(stacked);
        const order = topPositions(scores, query.docs.length);
        const uncorrected = new Set(topPositions(plain.scoreRows(stacked), 10));
        const first = order.slice(0, 10);
        places += first.length;
        kept += first.filter((doc) => uncorrected.has(doc)).length;
        const lines = order.map((doc, place) => [
          query.id,
          query.docs[doc] ?? "",
          place + 1,
          scores[doc] ?? 0,
          query.positives.includes(doc) ? 1 : 0,
        ]);
        await output.write(stringify(lines));
        await run.breathe();
      }
      await output.close();
      const model = await run.output("model.json", "application/json");
      await model.write(`${JSON.stringify(modelRecord(candidates, corrected), null, 2)}\n`);
      await model.close();
      showWeights(run, candidates, corrected);
      run.note(
        `The order cannot be judged by the labels it was trained on: they favour what the search engine behind them found. Have fresh queries judged for every document that either order puts first. ${trainedOnWhat(candidates, corrected)}`,
      );
      const share = places > 0 ? Math.round(100 * (1 - kept / places)) : 0;
      return {
        summary: `Trained on ${count(corrected.trainedOn, "labelled query", "labelled queries")} and reranked ${count(
          queries.reduce((sum, { docs }) => sum + docs.length, 0),
          "candidate",
        )} of ${count(queries.length, "query", "queries")}; the correction changes ${share}% of the first ten.`,
      };
    },
  }),
] as const;

const noSuspect: Suspect = { query: -1, doc: -1, relevance: 0, selection: 0, logit: 0, suspicion: 0 };

/** What it takes to score a document elsewhere: features are centred and scaled, then go through the layers. */
function modelRecord({ featureNames }: Candidates, { scaling, models }: Corrected) {
  const layers = Object.fromEntries(
    Object.entries(models.relevance.params).map(([name, { data, shape }]) => [name, { shape, values: [...data] }]),
  );
  return { features: featureNames, mean: scaling.mean, scale: scaling.scale, activation: "tanh", layers };
}

/** Weights of linear rankers, with and without correction, and of the selection model. */
function showWeights(run: ToolRun, { featureNames }: Candidates, { models, plain, selectionMask }: Corrected): void {
  if (models.relevance.params["layers.1.weight"]) return;
  run.table("weights", {
    title: "What the models look at (features standardised)",
    columns: [
      { key: "feature", label: "feature" },
      { key: "corrected", label: "ranker, corrected", digits: 3 },
      { key: "plain", label: "without correction", digits: 3 },
      { key: "selection", label: "selection", digits: 3 },
    ],
    rows: featureNames.map((feature, i): Row => {
      const seen = selectionMask.indexOf(i);
      return {
        feature,
        corrected: models.relevance.linearWeights[i] ?? null,
        plain: plain.linearWeights[i] ?? null,
        selection: seen < 0 ? null : (models.selection.linearWeights[seen] ?? null),
      };
    }),
  });
}
