import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { defineTool, type Table, type ToolInput, type ToolResult, type ToolRun } from "../../../kit/paper.ts";
import { applyScaling, CatRepresentation, type FeatureScaling, featureScaling } from "./cat-representation.ts";
import { distill } from "./distill.ts";
import { jointParallel, trainEpisodes } from "./episodes.ts";
import { type Assessment, assess, type NamedFeatures } from "./evaluate.ts";
import { linearProbe } from "./linear-probe.ts";
import { initNet, type Net } from "./networks.ts";
import { classesOf, type NamedRows, readFeatures, readLabels, readNamedRows } from "./read-rows.ts";
import { plantSample } from "./sample.ts";
import { saveCatModel } from "./saved-model.ts";

const options = z.object({
  label: z.string().min(1).default("label").describe("Name of the label column in source and target"),
  nets: z.number().int().min(2).max(20).default(5).describe("Networks to train and concatenate"),
  hidden: z.number().int().min(2).max(256).default(32).describe("Features of one network"),
  steps: z.number().int().min(1).max(20_000).default(1200).describe("Training steps of every network"),
  batch: z.number().int().min(1).max(1024).default(64).describe("Rows a training step"),
  learningRate: z.number().positive().max(1).default(0.01).describe("Step size of AdamW"),
  weightDecay: z.number().min(0).max(10).default(0.01).describe("Decoupled weight decay of AdamW"),
  folds: z.number().int().min(2).max(20).default(5).describe("Parts of the cross-validation on the target"),
  rows: z.number().int().min(20).max(20_000).default(2000).describe("Most rows of the target used; more are sampled"),
});
type Options = z.output<typeof options>;

interface Target {
  labels: Int32Array;
  classes: string[];
}

/** What has been made of the target's rows. */
interface Representations {
  list: NamedFeatures[];
  /** Name of the concatenation. */
  lead: string;
  nets: readonly Net[];
  scaling?: FeatureScaling;
  columns: string[];
  /** Features of further rows, where the networks are ours. */
  transform?(rows: Float32Array): Float32Array;
}

const tableEndings = [".csv", ".tsv", ".jsonl", ".parquet"];

function single(input: ToolInput, role: string): InputFile | undefined {
  const files = input[role] ?? [];
  if (files.length > 1) throw new BadInput(`there are ${files.length} files and one is wanted`, { where: `--${role}` });
  return files[0];
}

function checkTarget(texts: readonly string[], file: string, { label, folds }: Options): Target {
  const { classes, ids } = classesOf(texts, file, label);
  for (const [c, name] of classes.entries()) {
    const members = ids.filter((id) => id === c).length;
    if (members >= folds) continue;
    const rows = members === 1 ? "1 row" : `${members} rows`;
    throw new BadInput(`the class "${name.slice(0, 40)}" has ${rows}; ${folds} are wanted, one for every part`, {
      where: `${file}, column ${label}`,
      remedy: "Give more rows, leave the class out, or use fewer --folds.",
    });
  }
  return { labels: ids, classes };
}

/** Trains copies and their rivals on the source, and applies all of them to the target's rows. */
async function trainOnSource(
  sourceFile: InputFile,
  targetFile: InputFile,
  given: Options,
  run: ToolRun,
): Promise<Representations & Target & { sourceRows: number }> {
  const { label, nets: n, hidden, rows: most, ...training } = given;
  const source = await readNamedRows(sourceFile, { label });
  const { classes, ids } = classesOf(source.labels, sourceFile.name, label);
  const { columns } = source;
  const target = await readNamedRows(targetFile, { label, columns, most, random: run.random.fork("target rows") });
  const checked = checkTarget(target.labels, targetFile.name, given);
  const scaling = featureScaling(source.values, columns.length);
  for (const { values } of [source, target]) applyScaling(values, scaling);
  const data = { inputs: source.values, labels: ids };
  const spec = { inputs: columns.length, hidden: [hidden], classes: classes.length };
  const wide = { ...spec, hidden: [n * hidden] };
  const seed = (name: string): number => run.random.fork(name).seed;
  const stages = n + 3;
  let done = 0;
  const step = async (name: string): Promise<void> => {
    run.progress((0.5 * done++) / stages, name);
    await run.breathe();
  };
  const nets: Net[] = [];
  for (let k = 0; k < n; k++) {
    await step(`training network ${k + 1} of ${n}`);
    nets.push(...trainEpisodes(spec, data, { ...training, n: 1, seeds: [seed(`network ${k}`)] }));
  }
  await step("training one network of equal width");
  const equal = trainEpisodes(wide, data, { ...training, n: 1, seeds: [seed("wide")] });
  await step("training the copies as one");
  const joint = jointParallel(spec, n, data, { ...training, seed: seed("joint") });
  await step("teaching a student");
  const student = distill(nets, data.inputs, { ...training, hidden: [hidden], weightDecay: 0, seed: seed("student") });
  const lead = `CAT of ${n}`;
  const named: [string, readonly Net[]][] = [
    ["one network", nets.slice(0, 1)],
    ["one network of equal width", equal],
    [`${n} copies trained as one`, joint],
    ["random features of equal width", [initNet(wide, run.random.fork("random features"))]],
    [`student of ${n}`, [student]],
    [lead, nets],
  ];
  const cat = new CatRepresentation(nets);
  return {
    ...checked,
    lead,
    nets,
    scaling,
    columns,
    sourceRows: source.count,
    list: named.map(([name, members]) => ({ name, features: new CatRepresentation(members).transform(target.values) })),
    transform(rows) {
      applyScaling(rows, scaling);
      return cat.transform(rows);
    },
  };
}

/** Takes the reader's own features as they are. */
async function takeFeatures(
  files: readonly InputFile[],
  targetFile: InputFile,
  given: Options,
): Promise<Representations & Target> {
  const checked = checkTarget(await readLabels(targetFile, given.label), targetFile.name, given);
  const count = checked.labels.length;
  if (count > 20_000) {
    throw new BadInput(`there are ${count.toLocaleString("en")} rows; the limit is 20,000`, { where: targetFile.name });
  }
  const blocks: { name: string; rows: NamedRows }[] = [];
  for (const file of files) blocks.push({ name: file.name, rows: await readFeatures(file, count, given.label) });
  const widths = blocks.map(({ rows }) => rows.columns.length);
  const dim = widths.reduce((a, b) => a + b, 0);
  const all = new Float32Array(count * dim);
  let column = 0;
  for (const [b, { rows }] of blocks.entries()) {
    const width = widths[b] as number; // one a block
    for (let n = 0; n < count; n++) all.set(rows.values.subarray(n * width, (n + 1) * width), n * dim + column);
    column += width;
  }
  const lead = `CAT of ${blocks.length}`;
  return {
    ...checked,
    lead,
    nets: [],
    columns: blocks.flatMap(({ name, rows }) => rows.columns.map((text) => `${name}: ${text}`)),
    list: [...blocks.map(({ name, rows }) => ({ name, features: rows.values })), { name: lead, features: all }],
  };
}

function accuracyTable(list: readonly Assessment[], lead: string): Omit<Table, "name"> {
  return {
    title: "Accuracy on the target of a linear probe, each row judged by a probe that has not seen it",
    columns: [
      { key: "name", label: "frozen features" },
      { key: "dim", label: "features" },
      { key: "accuracy", label: "accuracy", digits: 3 },
      { key: "low", label: "95% low", digits: 3 },
      { key: "high", label: "95% high", digits: 3 },
      { key: "lead", label: `lead of ${lead}`, digits: 3 },
      { key: "leadLow", label: "95% low", digits: 3 },
      { key: "leadHigh", label: "95% high", digits: 3 },
    ],
    rows: list.map(({ name, dim, accuracy: { value, low, high }, lead: ahead }) => ({
      name,
      dim,
      accuracy: value,
      low,
      high,
      lead: name === lead ? null : ahead.value,
      leadLow: name === lead ? null : ahead.low,
      leadHigh: name === lead ? null : ahead.high,
    })),
  };
}

/** "0.913 [0.880, 0.943] with CAT of 5, 0.830 [0.787, 0.873] with the best other, one network of equal width". */
function inWords(list: readonly Assessment[], lead: string): string {
  const told = ({ accuracy: { value, low, high } }: Assessment): string =>
    `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const cat = list.find(({ name }) => name === lead) as Assessment; // it is always assessed
  const best = list.filter((other) => other !== cat).reduce((a, b) => (b.accuracy.value > a.accuracy.value ? b : a));
  return `${told(cat)} with ${lead}, ${told(best)} with the best other, ${best.name}`;
}

export const tools = [
  defineTool({
    name: "transfer",
    summary:
      "Trains networks on a source table, or takes features you exported, and measures how well single, wide, jointly trained, distilled and concatenated features carry over to a target table.",
    inputs: [
      {
        name: "source",
        description: "Rows of numbers with a label column, to train on",
        accepts: tableEndings,
        optional: true,
      },
      { name: "target", description: "The same columns with the labels of the new task", accepts: tableEndings },
      {
        name: "features",
        description: "In place of a source: what your own networks make of the target's rows, one file a network",
        accepts: [...tableEndings, ".safetensors"],
        many: true,
        optional: true,
      },
      {
        name: "new",
        description: "Rows without labels for the concatenation to judge",
        accepts: tableEndings,
        optional: true,
      },
    ],
    options,
    example: "--source a.csv --target b.csv --nets 5 --hidden 32 --out cat.safetensors",
    sample: async () => ({ files: plantSample(), options: { hidden: 16, steps: 800 } }),
    async apply(input, given, run): Promise<ToolResult> {
      const [source, target, fresh] = ["source", "target", "new"].map((role) => single(input, role));
      const features = input.features ?? [];
      if (!target) throw new BadInput("the table of the target task is missing", { where: "--target" });
      if ((source === undefined) === (features.length === 0)) {
        const found = source ? "both a source and features are given" : "neither a source nor features are given";
        throw new BadInput(`${found}; one of the two is wanted`, { where: "--source" });
      }
      if (fresh && !source) {
        throw new BadInput("new rows can be judged by networks trained here only", {
          where: "--new",
          remedy: "Give a --source.",
        });
      }
      if (source === undefined && features.length < 2) {
        throw new BadInput("there is 1 file of features and two or more are wanted", { where: "--features" });
      }
      const made = source
        ? await trainOnSource(source, target, given, run)
        : await takeFeatures(features, target, given);
      const { list, lead, labels, classes, columns } = made;
      const rows = fresh && (await readNamedRows(fresh, { columns }));
      const assessed = await assess(
        list,
        labels,
        { classes: classes.length, folds: given.folds, random: run.random },
        lead,
        async (done, of) => {
          run.progress(0.5 + (0.45 * done) / of, `probing: ${done} of ${of}`);
          await run.breathe();
        },
      );
      run.table("accuracy", accuracyTable(assessed, lead));
      const cat = list.at(-1) as NamedFeatures; // the concatenation is the last
      const probe = linearProbe(cat.features, labels, { classes: classes.length });
      const predicted = rows && made.transform ? probe.predict(made.transform(rows.values)) : undefined;
      const model = await run.output("cat.safetensors", "application/octet-stream");
      const { nets, scaling } = made;
      await model.write(saveCatModel({ nets, columns, classes, probe: probe.coef, ...(scaling ? { scaling } : {}) }));
      await model.close();
      if (predicted) {
        const output = await run.output("predictions.csv", "text/csv");
        const lines = [...predicted].map((id, n) => [n + 1, classes[id] ?? ""]);
        await output.write(stringify([["row", given.label], ...lines]));
        await output.close();
      }
      const learnt = source
        ? `${given.nets} networks trained on ${"sourceRows" in made ? made.sourceRows : 0} source rows`
        : `features of ${features.length} networks`;
      const judged = predicted ? `; ${predicted.length} new rows were judged` : "";
      return {
        summary: `${learnt}, probed on ${labels.length} target rows of ${classes.length} classes: accuracy ${inWords(assessed, lead)}; the concatenation with its probe was saved${judged}.`,
      };
    },
  }),
];
