import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type Row, type ToolInput, type ToolRun } from "../../../kit/paper.ts";
import { BestHits, type Hit } from "./best-hits.ts";
import { DistanceBins, distanceChart } from "./charts.ts";
import { hammingDistances } from "./hamming.ts";
import { kMismatch, predictKMismatch } from "./k-mismatch.ts";
import { planPair } from "./plan.ts";
import { sampleGenome } from "./sample.ts";
import {
  codePoints,
  fastaEndings,
  lowerCase,
  readSequences,
  type SequenceRecord,
  type Sequences,
  shown,
  symbolOf,
  tableEndings,
  textEndings,
  typedPattern,
} from "./sequences.ts";
import { encodeSymbols } from "./symbols.ts";

const options = z.object({
  find: z
    .string()
    .default("")
    .describe("The pattern itself, in place of a pattern file; numbers set apart by commas for a table"),
  maxMismatches: z
    .number()
    .int()
    .min(0)
    .max(5_000_000)
    .optional()
    .describe("Only places with at most this many mismatches"),
  best: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe("Only this many places, those of least distance first"),
  wildcard: z.string().default("").describe("A symbol that matches every symbol, on either side, e.g. N"),
  ignoreCase: z.boolean().default(false).describe("Take upper and lower case as the same"),
  column: z.string().default("").describe("Column with the symbols, when the input is a table of several columns"),
  firstPosition: z.number().int().min(0).max(1).default(0).describe("Number of the first position, 0 or 1"),
});

type Options = z.output<typeof options>;

/** Alignments counted at a time: bounds memory, and lets a long run be watched and cancelled. */
const chunkAlignments = 1 << 20;
/** Places shown in the table and at most in the chart. */
const shownHits = 20;

interface Query {
  kind: Sequences["kind"];
  records: SequenceRecord[];
  pattern: Uint32Array;
  wildcard: number | undefined;
}

async function readQuery(input: ToolInput, chosen: Options): Promise<Query> {
  const [textFile] = input.text ?? [];
  const [patternFile] = input.pattern ?? [];
  if (!textFile) throw new BadInput("no text was given");
  if (patternFile && chosen.find !== "") {
    throw new BadInput("a pattern file and --find are both given", { remedy: "Give one of them." });
  }
  if (!patternFile && chosen.find === "") {
    throw new BadInput("no pattern was given", { remedy: "Name a pattern file, or write the pattern after --find." });
  }
  const { kind, records } = await readSequences(textFile, chosen.column);
  let pattern = chosen.find === "" ? new Uint32Array() : typedPattern(chosen.find, kind, "--find");
  let patternName = "--find";
  if (patternFile) {
    patternName = patternFile.name;
    const read = await readSequences(patternFile, chosen.column);
    if ((read.kind === "table") !== (kind === "table")) {
      throw new BadInput(`the pattern is a ${read.kind} and the text a ${kind}`, { where: patternName });
    }
    if (read.records.length > 1) {
      throw new BadInput(`the file has ${read.records.length} records and one pattern is wanted`, {
        where: patternName,
      });
    }
    pattern = (read.records[0] as SequenceRecord).symbols;
  }
  if (pattern.length === 0) throw new BadInput("the pattern is empty", { where: patternName });
  const longest = records.reduce((length, { symbols }) => Math.max(length, symbols.length), 0);
  if (pattern.length > longest) {
    throw new BadInput(
      `the pattern has ${pattern.length.toLocaleString("en")} symbols and the longest text ${longest.toLocaleString("en")}`,
      { where: patternName },
    );
  }
  const fold = chosen.ignoreCase && kind !== "table" ? lowerCase : (symbols: Uint32Array) => symbols;
  const wildcard = wildcardOf(chosen.wildcard, kind);
  return {
    kind,
    records: records.map(({ name, symbols }) => ({ name, symbols: fold(symbols) })),
    pattern: fold(pattern),
    wildcard: wildcard === undefined ? undefined : fold(Uint32Array.of(wildcard))[0],
  };
}

function wildcardOf(typed: string, kind: Sequences["kind"]): number | undefined {
  if (typed === "") return undefined;
  const points = codePoints(typed);
  const symbol = kind === "table" ? symbolOf(typed.trim() === "" ? Number.NaN : Number(typed)) : points[0];
  if (symbol === undefined || (kind !== "table" && points.length > 1)) {
    const wanted = kind === "table" ? "a whole number from 0 to 4294967295" : "one character";
    throw new BadInput(`"${typed.slice(0, 40)}" is not ${wanted}`, { where: "--wildcard" });
  }
  return symbol;
}

/** Places and distances of one stretch: all, or those within the limit. */
function countStretch(text: Uint32Array, { pattern, wildcard }: Query, limit: number | undefined) {
  if (limit !== undefined && wildcard === undefined) return kMismatch(text, pattern, limit);
  const all = hammingDistances(text, pattern, { wildcard });
  if (limit === undefined) return { positions: undefined, distances: all };
  const positions = Int32Array.from(all.keys()).filter((i) => (all[i] as number) <= limit);
  return { positions, distances: positions.map((i) => all[i] as number) };
}

/** Counts stretch by stretch; `from` is the stretch's place in its record and `before` its place among all records. */
async function* stretches(
  query: Query,
  records: readonly SequenceRecord[],
  places: number,
  run: ToolRun,
  { maxMismatches }: Options,
) {
  const m = query.pattern.length;
  const step = Math.max(chunkAlignments, 8 * m);
  let before = 0;
  for (const [record, { symbols }] of records.entries()) {
    for (let from = 0; from + m <= symbols.length; from += step) {
      const said = `${before.toLocaleString("en")} of ${places.toLocaleString("en")} places`;
      run.progress((0.95 * before) / places, said);
      await run.breathe();
      const stretch = symbols.subarray(from, Math.min(symbols.length, from + step + m - 1));
      yield { record, from, before, ...countStretch(stretch, query, maxMismatches) };
      before += stretch.length - m + 1;
    }
  }
}

/** What the distances will cost by each method, for the first stretch of the longest record. */
function showPlan(query: Query, { maxMismatches }: Options, run: ToolRun): void {
  const longest = query.records.reduce((a, b) => (b.symbols.length > a.symbols.length ? b : a));
  const pair = encodeSymbols(longest.symbols.subarray(0, chunkAlignments + query.pattern.length - 1), query.pattern);
  const plan = planPair(pair);
  const search = maxMismatches !== undefined && query.wildcard === undefined;
  const predicted: Record<string, number> = search ? predictKMismatch(pair, maxMismatches) : plan.predictedMs;
  const taken = search ? leastKey(predicted) : plan.method;
  run.table("plan", {
    title: `Cost per method, predicted. Exact counts: ${plan.heavyChars} characters by transforms, ${plan.lightChars} by increments`,
    columns: [
      { key: "method", label: "method" },
      { key: "ms", label: "predicted", unit: "ms", digits: 1 },
      { key: "taken", label: "taken" },
    ],
    rows: Object.entries(predicted).map(([method, ms]) => ({ method, ms, taken: method === taken })),
  });
}

function leastKey(values: Record<string, number>): string {
  return Object.keys(values).reduce((a, b) => ((values[b] as number) < (values[a] as number) ? b : a));
}

function hitColumns(kind: Sequences["kind"]) {
  return [
    ...(kind === "FASTA" ? [{ key: "record", label: "record" }] : []),
    { key: "position", label: "position" },
    { key: "distance", label: "distance" },
    { key: "found", label: "what stands there" },
  ];
}

const accepts = [...textEndings, ...fastaEndings, ...tableEndings];

export const tools = [
  defineTool({
    name: "search",
    summary: "Counts the mismatches of a pattern at every position of a text, or finds the places with few.",
    inputs: [
      { name: "text", description: "A plain text, a FASTA file, or a table with a column of whole numbers", accepts },
      { name: "pattern", description: "The pattern, in a file of the same kind", accepts, optional: true },
    ],
    options,
    example: "genome.fa --pattern probe.fa --max-mismatches 3 --out hits.csv",
    async sample() {
      const { genome, probe } = sampleGenome();
      return {
        files: [
          { input: "text", name: "genome.fa", content: genome },
          { input: "pattern", name: "probe.fa", content: probe },
        ],
        options: { maxMismatches: 8 },
      };
    },
    async apply(input, chosen, run) {
      run.progress(0, "reading");
      const query = await readQuery(input, chosen);
      const { kind, records, pattern } = query;
      const m = pattern.length;
      const fitting = records.filter(({ symbols }) => symbols.length >= m);
      const skipped = records.length - fitting.length;
      if (skipped > 0)
        run.note(`${skipped} of ${records.length} records are shorter than the pattern and were passed over.`);
      const places = fitting.reduce((sum, { symbols }) => sum + symbols.length - m + 1, 0);
      showPlan(query, chosen, run);

      const named = fitting.map(({ name }) => (kind === "FASTA" ? `${stringify([[name]]).trimEnd()},` : ""));
      const line = ({ record, position, distance }: Hit): string =>
        `${named[record] ?? ""}${position + chosen.firstPosition},${distance}\n`;
      const output = await run.output("distances.csv", "text/csv");
      await output.write(`${kind === "FASTA" ? "record," : ""}position,distance\n`);
      const kept = new BestHits(chosen.best ?? shownHits);
      const bins = new DistanceBins(places);
      let hits = 0;
      const started = performance.now();
      for await (const { record, from, before, positions, distances } of stretches(
        query,
        fitting,
        places,
        run,
        chosen,
      )) {
        let batch = "";
        for (let i = 0; i < distances.length; i++) {
          const at = positions ? (positions[i] as number) : i;
          const hit = { record, position: from + at, distance: distances[i] as number };
          hits++;
          kept.add(hit);
          bins.add(before + at, hit.distance);
          if (chosen.best !== undefined) continue;
          batch += line(hit);
          if (batch.length < 1 << 20) continue;
          await output.write(batch);
          batch = "";
        }
        if (batch !== "") await output.write(batch);
      }
      const seconds = (performance.now() - started) / 1000;
      const best = kept.sorted();
      if (chosen.best !== undefined) await output.write(best.map(line).join(""));
      await output.close();
      const rows = best.slice(0, shownHits).map(({ record, position, distance }): Row => {
        const { name, symbols } = fitting[record] as SequenceRecord;
        const found = shown(symbols.subarray(position, position + Math.min(m, 60)), kind);
        return {
          ...(kind === "FASTA" ? { record: name } : {}),
          position: position + chosen.firstPosition,
          distance,
          found: m > 60 ? `${found}…` : found,
        };
      });
      run.table("best", { title: "Places of least distance", columns: hitColumns(kind), rows });
      if (best.length > 0) run.chart("distances", distanceChart(bins, m));
      run.progress(1, "done");
      return { summary: summarise({ m, places, hits, best: best[0], seconds, fitting, chosen }) };
    },
  }),
] as const;

function summarise(of: {
  m: number;
  places: number;
  hits: number;
  best: Hit | undefined;
  seconds: number;
  fitting: SequenceRecord[];
  chosen: Options;
}): string {
  const { m, places, hits, best, fitting, chosen } = of;
  const count = (n: number, one: string, many = `${one}s`): string =>
    `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
  const limit = chosen.maxMismatches;
  const within =
    limit === undefined ? "" : `, ${hits.toLocaleString("en")} within ${count(limit, "mismatch", "mismatches")}`;
  const name = best && fitting[best.record]?.name ? ` of ${fitting[best.record]?.name}` : "";
  const closest = best
    ? `; the closest has distance ${best.distance} at position ${best.position + chosen.firstPosition}${name}`
    : "";
  return `Compared a pattern of ${count(m, "symbol")} with ${count(places, "place")} in ${of.seconds.toFixed(2)} s${within}${closest}.`;
}
