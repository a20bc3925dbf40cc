import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { defineTool, type Row, type ToolRun } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { type AggregatorKind, aggregatorKinds, drawRows } from "./aggregators.ts";
import { type Bag, readBags, rescale, scalingOf } from "./bags.ts";
import { associativityDefect, commutativityDefect } from "./defects.ts";
import { type Example, type Fitted, fitSetModel } from "./fit.ts";
import { readGraphBags } from "./graph-bags.ts";
import {
  constantPrediction,
  decode,
  errorName,
  errorOf,
  type Head,
  headFor,
  summariseErrors,
  targetKinds,
} from "./heads.ts";
import { saveSetModel } from "./model-file.ts";
import { orderSensitivity, packBags, predict } from "./set-model.ts";
import { parityBag } from "./tasks.ts";

const options = z.object({
  target: z.enum(targetKinds).default("auto").describe("What the targets are: classes, or numbers to regress on"),
  aggregator: z.enum(aggregatorKinds).default("lcm").describe("The aggregator to learn; lcm is the paper's"),
  compare: z
    .boolean()
    .default(true)
    .describe("Train sum, max and the recurrent aggregator on the same bags for comparison"),
  testSizes: z
    .array(z.number().int().min(0).max(1_000_000))
    .default([])
    .describe("Bags of these sizes are kept out of training entirely, to see how the model extrapolates"),
  width: z.number().int().min(2).max(256).default(24).describe("Width of states and layers"),
  steps: z.number().int().min(1).max(20_000).default(600).describe("Training steps at every learning rate"),
  batch: z.number().int().min(1).max(512).default(16).describe("Bags in a training step"),
  rates: z.array(z.number().min(1e-5).max(0.5)).min(1).max(6).default([5e-3, 1e-2]).describe("Learning rates to try"),
  associativity: z.number().min(0).max(100).default(0.1).describe("Weight of the associativity penalty"),
  seed: z.number().int().min(0).max(4294967295).default(1).describe("Seed of the split and the training"),
});

type Options = z.output<typeof options>;

async function readExamples(
  input: Record<string, readonly InputFile[]>,
): Promise<{ bags: Bag[]; place: (bag: Bag) => string }> {
  const [bagsFile, edges, nodes] = [input.bags?.[0], input.edges?.[0], input.nodes?.[0]];
  if (bagsFile && (edges || nodes)) throw new BadInput("bags and a graph were given", { remedy: "Give one of them." });
  if (bagsFile)
    return { bags: await readBags(bagsFile, { targets: true }), place: (bag) => `${bagsFile.name}, line ${bag.line}` };
  if (!edges || !nodes)
    throw new BadInput("no bags were given", { remedy: "Give a file of bags, or --edges and --nodes." });
  return { bags: await readGraphBags(edges, nodes), place: (bag) => `${nodes.name}, line ${bag.line}` };
}

/** Bags for training, validation (same sizes) and test: a fifth of the others, and all of the sizes kept out. */
function split(bags: readonly Bag[], kept: readonly number[], random: Random) {
  const outside = bags.filter((bag) => kept.includes(bag.items.length));
  const inside = random.shuffle(bags.filter((bag) => !kept.includes(bag.items.length)));
  const fifth = Math.max(1, Math.floor(inside.length / 5));
  return {
    test: [...inside.slice(0, fifth), ...outside],
    validation: inside.slice(fifth, 2 * fifth),
    training: inside.slice(2 * fifth),
  };
}

/** Errors of a model on the test bags, by size. */
function errorsBySize(fitted: Fitted, head: Head, test: readonly Example[]): Map<number, number[]> {
  const outputs = predict(
    fitted.model,
    fitted.params,
    test.map(({ items }) => items),
  );
  const bySize = new Map<number, number[]>();
  for (const [i, { items, target }] of test.entries()) {
    const list = bySize.get(items.length) ?? [];
    list.push(errorOf(head, decode(head, outputs, i), target));
    bySize.set(items.length, list);
  }
  return bySize;
}

/** Defects of a learned operator on states of real bags, and how far the order of a bag moves the outputs. */
function showOperator(run: ToolRun, fitted: Fitted, test: readonly Example[], random: Random): number {
  const { model, params } = fitted;
  const bags = test.filter(({ items }) => items.length > 1).slice(0, 50);
  const moved = bags.map(({ items }) => orderSensitivity(model, params, items, 8, random));
  const order = moved.length > 0 ? Math.max(...moved) : 0;
  const rows: Row[] = [{ what: "largest change of an output when a bag is shuffled", value: order }];
  const op = model.aggregator.operator?.(params.aggregator);
  if (op) {
    const states: Parameters<typeof drawRows>[0][number][] = [];
    model.apply(
      params,
      packBags(
        bags.map(({ items }) => items),
        model.inputDim,
      ),
      (level) => states.push(level),
    );
    const pool = states.filter(({ rows: n }) => n > 0);
    if (pool.length > 0) {
      const draw = () => drawRows(pool, 256, random);
      rows.push(
        { what: "associativity defect, mean squared", value: associativityDefect(op, [draw(), draw(), draw()]) },
        { what: "commutativity defect, mean squared", value: commutativityDefect(op, [draw(), draw()]) },
      );
    }
  }
  run.table("operator", {
    title: "What was learned",
    columns: [
      { key: "what", label: "measure" },
      { key: "value", label: "value", digits: 6 },
    ],
    rows,
  });
  return order;
}

function showErrors(
  run: ToolRun,
  head: Head,
  kinds: readonly string[],
  errors: ReadonlyMap<string, Map<number, number[]>>,
): Row[] {
  const first = errors.values().next().value;
  const sizes = [...(first?.keys() ?? [])].sort((a, b) => a - b);
  const rows = sizes.map(
    (size): Row => ({
      size,
      bags: first?.get(size)?.length ?? 0,
      ...Object.fromEntries(kinds.map((kind) => [kind, summariseErrors(head, errors.get(kind)?.get(size) ?? [])])),
    }),
  );
  run.table("errors", {
    title: `Held-out ${errorName(head)} by bag size`,
    columns: [
      { key: "size", label: "items in the bag", digits: 0 },
      { key: "bags", label: "bags", digits: 0 },
      ...kinds.map((kind) => ({ key: kind, label: kind, digits: 3 })),
    ],
    rows,
  });
  run.chart("errors", {
    alt: `Held-out ${errorName(head)} against bag size for ${kinds.join(", ")}.`,
    spec: {
      width: "container",
      data: { values: rows.flatMap((row) => kinds.map((kind) => ({ size: row.size, model: kind, error: row[kind] }))) },
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "size", type: "quantitative", title: "items in the bag" },
        y: { field: "error", type: "quantitative", title: errorName(head) },
        color: { field: "model", type: "nominal", title: "aggregator" },
      },
    },
  });
  return rows;
}

/** Bags of bits with their parity: three to eight bits to learn from, sixteen to look ahead. */
function sampleBags(): string {
  const random = new Random(2212);
  const line = (n: number): string => {
    const { items, bits } = parityBag(random, n);
    return JSON.stringify({ items: items.map((item) => [...item]), target: bits[0] === 1 ? "odd" : "even" });
  };
  const small = Array.from({ length: 400 }, () => line(random.int(2, 8)));
  return `${[...small, ...Array.from({ length: 60 }, () => line(16))].join("\n")}\n`;
}

export const trainTool = defineTool({
  name: "train",
  summary: "Learns an aggregator of your bags of vectors, or of a graph's neighbourhoods, and tests it size by size.",
  inputs: [
    {
      name: "bags",
      description: 'JSON Lines: {"items": [[…], …], "target": …}',
      accepts: [".jsonl", ".ndjson"],
      optional: true,
    },
    { name: "edges", description: "A graph's edges: source,target", accepts: [".csv", ".tsv"], optional: true },
    { name: "nodes", description: "Its nodes: id, features, target", accepts: [".csv", ".tsv"], optional: true },
  ],
  options,
  example: "bags.jsonl --target classification --aggregator lcm --test-sizes 64,256 --out model.json",
  async sample() {
    return {
      files: [{ input: "bags", name: "parity.jsonl", content: sampleBags() }],
      options: { testSizes: [16], steps: 400 },
    };
  },
  async apply(input, chosen: Options, run) {
    run.progress(0, "reading");
    const { bags, place } = await readExamples(input);
    const head = headFor(
      bags.map(({ target }) => target),
      chosen.target,
      (i) => place(bags[i] as Bag),
    );
    const random = new Random(chosen.seed);
    const { training, validation, test } = split(bags, chosen.testSizes, random.fork("split"));
    if (training.length < 5) {
      throw new BadInput(`${training.length} bags are left to train on and at least 5 are needed`, {
        remedy: "Give more bags, or keep fewer sizes out.",
      });
    }
    const width = bags.find(({ items }) => items.length > 0)?.items[0]?.length ?? 1;
    const scaling = scalingOf(
      training.map(({ items }) => items),
      width,
    );
    const scaled = (list: readonly Bag[]): Example[] =>
      list.map(({ items, target }) => ({ items: rescale(items, scaling), target }));
    const [trainingSet, validationSet, testSet] = [scaled(training), scaled(validation), scaled(test)];
    const rivals: AggregatorKind[] = chosen.compare ? ["sum", "max", "gru"] : [];
    const kinds = [chosen.aggregator, ...rivals.filter((kind) => kind !== chosen.aggregator)];
    const errors = new Map<string, Map<number, number[]>>();
    let own: Fitted | undefined;
    for (const [k, kind] of kinds.entries()) {
      const fitted = await fitSetModel(trainingSet, validationSet, head, {
        kind,
        width: chosen.width,
        associativity: chosen.associativity,
        rates: chosen.rates,
        steps: chosen.steps,
        batch: chosen.batch,
        random: random.fork("fit"),
        onStep: async (done) => {
          run.progress((0.95 * (k + done)) / kinds.length, `training ${kind}`);
          await run.breathe();
        },
      });
      own ??= fitted;
      errors.set(kind, errorsBySize(fitted, head, testSet));
    }
    if (!own) throw new Error("no model was trained");
    const constant = constantPrediction(
      head,
      training.map(({ target }) => target),
    );
    const guess = new Map<number, number[]>();
    for (const { items, target } of testSet)
      guess.set(items.length, [...(guess.get(items.length) ?? []), errorOf(head, constant, target)]);
    errors.set("constant", guess);
    showErrors(run, head, [...kinds, "constant"], errors);
    const order = showOperator(run, own, testSet, random.fork("order"));
    const output = await run.output("model.json", "application/json");
    await output.write(
      saveSetModel({ model: own.model, params: own.params, head, scaling, meanLogSize: own.meanLogSize }),
    );
    await output.close();
    const all = (kind: string): number => summariseErrors(head, [...(errors.get(kind)?.values() ?? [])].flat());
    return {
      summary: `Learned ${chosen.aggregator} on ${training.length.toLocaleString("en")} bags: held-out ${errorName(head)} ${all(chosen.aggregator).toFixed(3)} on ${test.length.toLocaleString("en")} bags against ${all("constant").toFixed(3)} for the best constant; shuffling a bag moves an output by at most ${order.toPrecision(2)}.`,
    };
  },
});
