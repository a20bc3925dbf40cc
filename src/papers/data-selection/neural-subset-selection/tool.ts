import { stringify } from "csv-stringify/sync";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type ToolRun } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import type { FitOptions } from "./fit-selector.ts";
import { jaccard, randomJaccard } from "./jaccard.ts";
import { loadSubsetModel, type SavedSubsetModel, saveSubsetModel, scaledRows, scalingOf } from "./model-file.ts";
import { type ReadSet, readSets } from "./read-sets.ts";
import { shelves } from "./sample.ts";
import type { SetExample } from "./sets.ts";
import { marginalsOf, type Selection, selectFrom, trainSubsetSelector } from "./subset-selector.ts";
import { type Options, options } from "./tool-options.ts";

/** A model's choices on held-out sets, when it is told how many and when it is not. */
interface HeldOut {
  known: number;
  half: number;
}

/** One training: whether the whole set is seen, and the starting probability, where one is set. */
type Attempt = Pick<Options, "superset" | "start">;

/**
 * The trainings of every model. The base sees the rest of a set through dense random subsets only, so that it also gets a start of one half, and
 * the validation sets choose.
 */
function attemptsOf({ superset, start, amortized, compare }: Options): { name: string; tries: Attempt[] }[] {
  if (superset === "none") return [{ name: "EquiVSet", tries: [{ superset, start }] }];
  const own = { name: "INSET", tries: [{ superset, start }] };
  const starts = amortized === "none" && start !== 0.5 ? [start, 0.5] : [start];
  const base = starts.map((value): Attempt => ({ superset: "none", start: value }));
  return compare ? [own, { name: "EquiVSet", tries: base }] : [own];
}

/** Rows of subsets in one step, so that large sets take fewer of them. */
const rowsPerStep = 1 << 14;

/** A trained model and its best MJC on the validation sets. */
async function learn(
  data: readonly SetExample[],
  validation: readonly SetExample[],
  { superset, start }: Attempt,
  chosen: Options,
  onStep: NonNullable<FitOptions["onStep"]>,
) {
  const largest = Math.max(...data.map(({ items }) => items.rows));
  const fits = Math.max(1, Math.floor(rowsPerStep / (chosen.samples * (largest + 1))));
  const { model, history } = await trainSubsetSelector(
    data,
    {
      dim: data[0]?.items.width ?? 1,
      hidden: chosen.hidden,
      superset,
      meanFieldSteps: chosen.steps,
      samples: chosen.samples,
      amortized: chosen.amortized,
      ...(start === undefined ? {} : { start }),
    },
    {
      epochs: chosen.epochs,
      patience: chosen.patience,
      batch: Math.min(chosen.batch, fits),
      learningRate: chosen.learningRate,
      validation,
      random: new Random(chosen.seed).fork("fit"),
      onStep,
    },
  );
  if (Object.values(model.params).some(({ data: values }) => values.some((value) => !Number.isFinite(value)))) {
    throw new BadInput("the training diverged", { where: "--learning-rate", remedy: "Choose a smaller one." });
  }
  return { model, validation: Math.max(...history.map((pass) => pass.validation ?? 0)) };
}

function heldOut(probabilities: readonly Float64Array[], truth: readonly SetExample[]): HeldOut {
  const score = (k: boolean): number =>
    mean(
      truth.map(({ chosen }, i) =>
        jaccard(selectFrom(probabilities[i] as Float64Array, k ? chosen.length : undefined).indices, chosen),
      ),
    );
  return { known: score(true), half: score(false) };
}

function showHeldOut(run: ToolRun, rows: readonly { model: string; known: number; half: number | null }[]): void {
  run.table("held out", {
    title: "Mean Jaccard coefficient (MJC) on the held-out fifth",
    columns: [
      { key: "model", label: "model" },
      { key: "known", label: "told how many", digits: 3 },
      { key: "half", label: "all of one half or more", digits: 3 },
    ],
    rows: rows.map((row) => ({ ...row })),
  });
}

/** Splits sets into training, validation and held-out ones, and brings them to the scale of the first. */
function prepare(sets: readonly ReadSet[], seed: number) {
  if (sets.length < 10) {
    throw new BadInput(`the number of sets is ${sets.length} and at least 10 are needed to learn and to test`, {
      where: "--train",
    });
  }
  if (sets.every(({ chosen }) => chosen?.length === 0)) {
    throw new BadInput("no item is chosen in any set: there is nothing to learn", { where: "--train" });
  }
  if (sets.every(({ chosen, items }) => chosen?.length === items.length)) {
    throw new BadInput("all items are chosen in every set: there is nothing to learn", { where: "--train" });
  }
  const shuffled = new Random(seed).fork("split").shuffle([...sets]);
  const fifth = Math.floor(sets.length / 5);
  const [testing, validating, training] = [
    shuffled.slice(0, fifth),
    shuffled.slice(fifth, 2 * fifth),
    shuffled.slice(2 * fifth),
  ];
  const scaling = scalingOf(
    training.map(({ items }) => items),
    sets[0]?.items[0]?.length ?? 1,
  );
  const scaled = (list: readonly ReadSet[]): SetExample[] =>
    list.map(({ items, chosen }) => ({ items: scaledRows(items, scaling), chosen: Int32Array.from(chosen ?? []) }));
  return { scaling, testing, data: scaled(training), validation: scaled(validating), test: scaled(testing) };
}

/** Trains on a reader's sets, compares with the base and reports both on the held-out sets. */
async function trainOn(sets: readonly ReadSet[], chosen: Options, run: ToolRun) {
  const { scaling, testing, data, validation, test } = prepare(sets, chosen.seed);
  const attempts = attemptsOf(chosen);
  const total = attempts.reduce((sum, { tries }) => sum + tries.length, 0);
  const results: (HeldOut & { model: string })[] = [];
  let saved: SavedSubsetModel | undefined;
  let taken = 0;
  for (const { name, tries } of attempts) {
    let best: Awaited<ReturnType<typeof learn>> | undefined;
    for (const attempt of tries) {
      const learned = await learn(data, validation, attempt, chosen, async (done) => {
        run.progress(0.05 + (0.85 * (taken + done)) / total, `training ${name}`);
        await run.breathe();
      });
      taken += 1;
      if (!best || learned.validation > best.validation) best = learned;
    }
    if (!best) throw new Error("every model has a training");
    const { model } = best;
    saved ??= { model, scaling };
    const items = test.map((example) => example.items);
    const scores = heldOut(marginalsOf(model, items, new Random(chosen.seed).fork("test")), test);
    const label = tries.length > 1 ? `${name}, started at ${Number(model.config.start.toFixed(2))}` : name;
    results.push({ model: label, ...scores });
  }
  if (!saved) throw new Error("no model was trained");
  const chance = mean(test.map(({ items, chosen: right }) => randomJaccard(items.rows, right.length)));
  showHeldOut(run, [...results, { model: "random choice", known: chance, half: null }]);
  const [own, base] = results;
  return {
    saved,
    testing,
    words: `Learned from ${data.length.toLocaleString("en")} sets; on ${test.length.toLocaleString("en")} held-out sets ${attempts[0]?.name} reaches an MJC of ${own?.known.toFixed(3)}${base ? `, the base ${base.known.toFixed(3)}` : ""} and random choice ${chance.toFixed(3)}`,
  };
}

/** Chooses from sets and writes one row an item. */
async function predictInto(
  run: ToolRun,
  { model, scaling }: SavedSubsetModel,
  sets: readonly ReadSet[],
  chosen: Options,
) {
  const output = await run.output("predictions.csv", "text/csv");
  await output.write("set_id,item,probability,selected\n");
  const random = new Random(chosen.seed).fork("predict");
  let selected = 0;
  const block = 500;
  for (let from = 0; from < sets.length; from += block) {
    const part = sets.slice(from, from + block);
    for (const { items, where } of part) {
      if (chosen.k !== undefined && chosen.k > items.length) {
        throw new BadInput(`the number of items is ${items.length} and ${chosen.k} are to be chosen`, {
          where,
          remedy: "Choose a smaller --k.",
        });
      }
    }
    const probabilities = marginalsOf(
      model,
      part.map(({ items }) => scaledRows(items, scaling)),
      random,
    );
    const rows = part.flatMap(({ name }, i) => {
      const { indices, probability }: Selection = selectFrom(probabilities[i] as Float64Array, chosen.k);
      selected += indices.length;
      const taken = new Set(indices);
      return Array.from(probability, (p, j) => [name, j, Number(p.toFixed(6)), taken.has(j) ? 1 : 0]);
    });
    await output.write(stringify(rows));
    run.progress(0.9 + (0.1 * (from + part.length)) / sets.length, "choosing");
    await run.breathe();
  }
  await output.close();
  return selected;
}

const setEndings = [".jsonl", ".ndjson", ".csv", ".tsv", ".parquet"];

export const tools = [
  defineTool({
    name: "select",
    summary: "Learns from sets and the items chosen out of them, and chooses from new sets.",
    inputs: [
      {
        name: "train",
        description:
          'Sets with what was chosen: JSON Lines {"items": [[…], …], "chosen": [0, 4]}, or a table set_id, chosen, numbers',
        accepts: setEndings,
        optional: true,
      },
      {
        name: "predict",
        description: "Sets to choose from, in the same form without chosen",
        accepts: setEndings,
        optional: true,
      },
      {
        name: "model",
        description: "A model.safetensors of an earlier run, instead of training sets",
        accepts: [".safetensors"],
        optional: true,
      },
    ],
    options,
    example: "--train baskets.jsonl --predict new.jsonl --k 5 --out predictions.csv",
    async sample() {
      return {
        files: [
          { input: "train", name: "shelves.jsonl", content: shelves(160, 2402, true) },
          { input: "predict", name: "new-shelves.jsonl", content: shelves(12, 3139, false) },
        ],
        options: { k: 2 },
      };
    },
    async apply({ train: trainFiles, predict: predictFiles, model: modelFiles }, chosen, run) {
      const [trainFile, predictFile, modelFile] = [trainFiles?.[0], predictFiles?.[0], modelFiles?.[0]];
      if (trainFile && modelFile)
        throw new BadInput("training sets and a model were given", { remedy: "Give one of them." });
      if (!trainFile && !modelFile)
        throw new BadInput("no sets to learn from were given", { remedy: "Give --train, or a --model." });
      if (modelFile && !predictFile)
        throw new BadInput("no sets to choose from were given", { remedy: "Give --predict." });
      run.progress(0, "reading");
      const sets = trainFile ? await readSets(trainFile, { chosen: true }) : [];
      const fresh = predictFile ? await readSets(predictFile, { chosen: false }) : undefined;
      const loaded = modelFile ? await loadSubsetModel(modelFile) : undefined;
      const width = loaded?.model.config.dim ?? sets[0]?.items[0]?.length;
      const given = fresh?.[0];
      if (given && given.items[0]?.length !== width) {
        throw new BadInput(`items have ${given.items[0]?.length} numbers and the training sets ${width}`, {
          where: given.where,
        });
      }
      const trained = loaded ? undefined : await trainOn(sets, chosen, run);
      const saved = loaded ?? trained?.saved;
      if (!saved) throw new Error("there is no model");
      const target = fresh ?? trained?.testing ?? [];
      const selected = await predictInto(run, saved, target, chosen);
      if (trained) {
        const { config, weights } = saveSubsetModel(saved);
        for (const [name, type, content] of [
          ["model.safetensors", "application/octet-stream", weights],
          ["model.json", "application/json", config],
        ] as const) {
          const output = await run.output(name, type);
          await output.write(content);
          await output.close();
        }
      }
      const chose = `chose ${selected.toLocaleString("en")} items of ${target.length.toLocaleString("en")} ${fresh ? "new" : "held-out"} sets`;
      return { summary: trained ? `${trained.words}; ${chose}.` : `C${chose.slice(1)}.` };
    },
  }),
] as const;
