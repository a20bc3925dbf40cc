import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { formatBytes, type InputFile, readBytes, readText } from "../../../kit/files.ts";
import { parameterCount } from "../../../kit/nets/tree.ts";
import { defineTool, type Row, type ToolRun } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { treeToSafetensors } from "../../../kit/safetensors.ts";
import { type Alphabet, alphabetOf, decode, encode } from "./alphabet.ts";
import { shipsLog } from "./sample-text.ts";
import { drawWindows, evaluateLanguageModel, trainLanguageModel } from "./train-language-model.ts";
import { TransNormer } from "./trans-normer.ts";

const options = z.object({
  unit: z
    .enum(["character", "byte"])
    .default("character")
    .describe("What the model reads: characters, or bytes of any file"),
  context: z.number().int().min(8).max(4096).default(128).describe("Symbols of one training window"),
  batch: z.number().int().min(1).max(64).default(8).describe("Windows of one training step"),
  tokens: z
    .number()
    .int()
    .min(1000)
    .max(20_000_000)
    .default(300_000)
    .describe("Symbols to train on; fewer when the time runs out first"),
  minutes: z.number().min(0.05).max(60).default(3).describe("Time to train, in minutes"),
  dModel: z.number().int().min(8).max(512).default(128).describe("Width of the model, a multiple of the heads"),
  layers: z.number().int().min(1).max(8).default(2).describe("Layers of the model"),
  heads: z.number().int().min(1).max(16).default(4).describe("Heads of every layer"),
  learningRate: z.number().min(1e-5).max(0.1).default(3e-3).describe("Peak learning rate"),
  prompt: z.string().max(2000).default("").describe("Text that the sample continues; a line break when empty"),
  length: z.number().int().min(0).max(20_000).default(400).describe("Symbols of the sample"),
  temperature: z.number().min(0).max(2).default(0.8).describe("Boldness of the sample; 0 takes the likeliest symbol"),
  seed: z.number().int().min(0).max(4294967295).default(1).describe("Seed of weights, windows and sample"),
});

type Options = z.output<typeof options>;

/** Largest text, and the largest number of different characters. */
const maxBytes = 64 << 20;
const maxAlphabet = 2000;
/** Held-out symbols that are predicted at every measurement. */
const evaluated = 8192;
/** Most memory that a training step may take. */
const maxMemory = 1 << 30;

/** A text as symbols, with the way back. */
interface Symbols {
  ids: Int32Array;
  vocab: number;
  alphabet: Alphabet | null;
  read(text: string): Int32Array;
  write(ids: Int32Array): string;
}

async function readSymbols(file: InputFile, unit: Options["unit"]): Promise<Symbols> {
  if (unit === "byte") {
    const bytes = await readBytes(file, maxBytes);
    return {
      ids: Int32Array.from(bytes),
      vocab: 256,
      alphabet: null,
      read: (text) => Int32Array.from(new TextEncoder().encode(text)),
      write: (ids) => new TextDecoder().decode(Uint8Array.from(ids)),
    };
  }
  const text = await readText(file, maxBytes);
  const alphabet = alphabetOf(text);
  if (alphabet.length > maxAlphabet) {
    throw new BadInput(`the text has ${alphabet.length - 1} different characters; the limit is ${maxAlphabet - 1}`, {
      where: file.name,
      remedy: "Train on bytes instead: --unit byte.",
    });
  }
  return {
    ids: encode(text, alphabet),
    vocab: alphabet.length,
    alphabet,
    read: (prompt) => encode(prompt, alphabet),
    write: (ids) => decode(ids, alphabet),
  };
}

/** The first nine tenths to train on and the rest to measure on; both must hold a window. */
function splitText(ids: Int32Array, { context, unit }: Options, file: string) {
  const held = Math.max(Math.floor(ids.length / 10), context + 1);
  const [train, heldOut] = [
    ids.subarray(0, Math.max(0, ids.length - held)),
    ids.subarray(Math.max(0, ids.length - held)),
  ];
  if (train.length <= context + 1) {
    throw new BadInput(
      `the text has ${ids.length} ${unit}s and windows of ${context} need at least ${2 * context + 3}, a window to train on and one to measure on`,
      { where: file, remedy: "Use a longer text or a smaller --context." },
    );
  }
  return { train, heldOut };
}

/** Refuses sizes that do not fit together or not into memory. */
function checkSizes({ dModel, heads, layers, context, batch }: Options, vocab: number): void {
  if (dModel % heads !== 0) {
    throw new BadInput(`a width of ${dModel} cannot be shared by ${heads} heads`, {
      where: "--d-model",
      remedy: "Make it a multiple of --heads.",
    });
  }
  // About 55 rows a layer are kept for the way back, gradients included, and three of logits.
  const bytes = 4 * context * batch * (55 * dModel * layers + 3 * vocab);
  if (bytes > maxMemory) {
    throw new BadInput(`a training step takes about ${formatBytes(bytes)}; the limit is ${formatBytes(maxMemory)}`, {
      where: "--batch",
      remedy: "Make --batch, --context, --d-model or --layers smaller.",
    });
  }
}

/** Steps that fit the time: three are timed on a model of their own and thrown away. */
async function affordableSteps(make: () => TransNormer, train: Int32Array, given: Options): Promise<number> {
  const { context, batch, minutes, tokens } = given;
  const wanted = Math.max(1, Math.ceil(tokens / (context * batch)));
  const rehearsal = make();
  const { ids, targets } = drawWindows(train, context, batch, new Random(0));
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    rehearsal.lossAndGradient(ids, targets, batch);
    fastest = Math.min(fastest, performance.now() - start);
  }
  return Math.min(wanted, Math.max(1, Math.floor((0.85 * 60_000 * minutes) / fastest)));
}

function showCurve(run: ToolRun, rows: readonly Row[]): void {
  run.table("loss", {
    title: "Loss in nats per symbol",
    columns: [
      { key: "seen", label: "symbols seen", digits: 0 },
      { key: "training", label: "training", digits: 3 },
      { key: "heldOut", label: "held-out", digits: 3 },
    ],
    rows: [...rows],
  });
  run.chart("loss", {
    alt: "Loss on the training windows and on the held-out tenth of the text against the symbols seen.",
    spec: {
      width: "container",
      data: { values: [...rows] },
      transform: [{ fold: ["training", "heldOut"], as: ["text", "loss"] }],
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "seen", type: "quantitative", title: "symbols seen" },
        y: { field: "loss", type: "quantitative", scale: { zero: false }, title: "loss, nats per symbol" },
        color: { field: "text", type: "nominal", title: null },
      },
    },
  });
}

/** Trains with a row of the loss curve at every twentieth of the way. */
async function train(
  model: TransNormer,
  { train: text, heldOut }: { train: Int32Array; heldOut: Int32Array },
  steps: number,
  given: Options,
  run: ToolRun,
): Promise<{ seen: number; rows: Row[] }> {
  const { context, batch, learningRate, minutes } = given;
  const deadline = performance.now() + 60_000 * minutes;
  const rows: Row[] = [];
  let [sum, count, seen] = [0, 0, 0];
  await trainLanguageModel(model, text, {
    context,
    batch,
    steps,
    learningRate,
    random: new Random(given.seed).fork("windows"),
    async onStep(step, loss) {
      await run.breathe();
      sum += loss;
      count += 1;
      seen = (step + 1) * context * batch;
      const late = performance.now() > deadline;
      if ((step + 1) % Math.ceil(steps / 20) === 0 || step === steps - 1 || late) {
        rows.push({
          seen,
          training: sum / count,
          heldOut: evaluateLanguageModel(model, heldOut, { context, limit: evaluated }),
        });
        [sum, count] = [0, 0];
        showCurve(run, rows);
      }
      run.progress((step + 1) / (steps + 1), `step ${step + 1} of ${steps}, loss ${loss.toFixed(3)}`);
      if (late && step < steps - 1) run.note(`The time ran out after ${step + 1} of ${steps} steps.`);
      return !late;
    },
  });
  return { seen, rows };
}

/** Markdown that shows a text as it stands. */
function verbatim(text: string): string {
  return text
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

export const trainTool = defineTool({
  name: "train",
  summary: "Trains a small Lightning Attention language model on a text, and lets it write.",
  inputs: [{ name: "text", description: "A text in UTF-8, or any file with --unit byte", accepts: [".txt", ".md"] }],
  options,
  example: "train notes.txt --context 512 --minutes 3 --out model.safetensors",
  async sample() {
    return {
      files: [{ input: "text", name: "ships-log.txt", content: shipsLog(new Random(7), 220) }],
      options: { tokens: 20_000, dModel: 32, layers: 1, context: 64, learningRate: 1e-2, minutes: 0.5 },
    };
  },
  async apply({ text: files = [] }, given, run) {
    const [file] = files;
    if (!file) throw new BadInput("no text was given");
    const { dModel, layers, heads, context } = given;
    checkSizes(given, 0);
    run.progress(0, `reading ${file.name}`);
    const symbols = await readSymbols(file, given.unit);
    checkSizes(given, symbols.vocab);
    const parts = splitText(symbols.ids, given, file.name);
    const random = new Random(given.seed);
    const make = () => new TransNormer({ vocab: symbols.vocab, dModel, layers, heads, random: random.fork("weights") });
    const model = make();
    const steps = await affordableSteps(make, parts.train, given);
    const { seen, rows } = await train(model, parts, steps, given, run);
    const last = rows[rows.length - 1];
    if (!Number.isFinite(last?.heldOut)) {
      throw new BadInput("the training went astray: the loss is no longer a number", {
        where: "--learning-rate",
        remedy: "Use a smaller one.",
      });
    }
    const read = symbols.read(given.prompt || "\n");
    const prompt = read.length > 0 ? read : new Int32Array(1);
    const written = symbols.write(model.generate(prompt, given.length, random.fork("sample"), given));
    if (given.length > 0) run.note(`The model continues:\n\n${verbatim(given.prompt + written)}`);
    const weights = await run.output("model.safetensors", "application/octet-stream");
    await weights.write(
      treeToSafetensors(model.parameters, {
        format: "livepapers TransNormer",
        config: JSON.stringify(model.config),
        unit: given.unit,
        ...(symbols.alphabet ? { alphabet: JSON.stringify(symbols.alphabet) } : {}),
      }),
    );
    await weights.close();
    const size = parameterCount(model.parameters);
    const loss = Number(last?.heldOut);
    return {
      summary:
        `Trained ${size.toLocaleString("en")} parameters on ${seen.toLocaleString("en")} ${given.unit}s ` +
        `(${symbols.vocab} symbols, windows of ${context}): held-out loss ${loss.toFixed(3)} nats, ${(loss / Math.LN2).toFixed(2)} bits per ${given.unit}.`,
    };
  },
});
