import { z } from "zod";
import { defineClaim, type Run } from "../../../kit/paper.ts";
import { measured, type PartResult, verdict } from "../../../kit/verdict.ts";
import paper from "./card.ts";
import { largestError, randomSequence } from "./exactness.ts";
import { judgeQuality, measureQuality } from "./quality.ts";
import { trainTrial } from "./quality-trial.ts";
import { measureSpeed, type SpeedSetting, speedLengths } from "./speed.ts";
import { judgeSpeed, showSpeed, steppingReason } from "./speed-report.ts";

const params = z.object({
  tokens: z
    .number()
    .int()
    .min(1024)
    .max(131_072)
    .multipleOf(1024)
    .default(16_384)
    .describe("Tokens of every timing, as one sequence and as 2, 4, … 32 shorter ones; a multiple of 1024"),
  width: z
    .number()
    .int()
    .min(16)
    .max(256)
    .multipleOf(16)
    .default(64)
    .describe("Width of queries, keys and values of the one head that is timed; a multiple of 16"),
  blockSize: z.number().int().min(4).max(256).default(32).describe("Rows of a block of Lightning Attention"),
  repetitions: z.number().int().min(1).max(50).describe("Most repetitions of a timing"),
  cellSeconds: z
    .number()
    .min(0.01)
    .max(60)
    .describe("Seconds of computation after which a timing is not repeated further"),
  draws: z
    .number()
    .int()
    .min(1)
    .max(20)
    .describe("Random inputs, with different decays, on which exactness is checked"),
  seeds: z.number().int().min(1).max(10).default(3).describe("Trainings of each language model (full scale)"),
  trainTokens: z
    .number()
    .int()
    .min(1000)
    .max(5_000_000)
    .default(200_000)
    .describe("Characters seen in each training (full scale)"),
  dModel: z.number().int().min(16).max(256).multipleOf(8).default(128).describe("Width of the language models"),
  layers: z.number().int().min(1).max(6).default(2).describe("Layers of the language models"),
  ablate: z
    .enum(["none", "blocks"])
    .default("none")
    .describe("Take the idea away: compute the same attention in its quadratic form, without a state between blocks"),
});

/** Decay of the head that is timed; exactness is checked over all of these. */
const decays = [1 / 16, 0, 1 / 256, 1 / 2, 4];

async function checkExactness(
  { tokens, width, blockSize }: SpeedSetting,
  draws: number,
  run: Run,
): Promise<PartResult> {
  const worst = new Map<number, number>();
  for (let draw = 0; draw < draws; draw++) {
    const sequence = randomSequence(run.random.fork("exactness").fork(draw), tokens, width);
    const rate = decays[draw % decays.length] ?? 0;
    for (const n of speedLengths(tokens)) {
      await run.breathe();
      const error = largestError(sequence, n, rate, blockSize);
      worst.set(n, Math.max(worst.get(n) ?? 0, error));
    }
  }
  return {
    outcome: [...worst.values()].every((error) => error <= 1e-4),
    measured: [...worst].map(([n, error]) => ({ ...measured(`largest relative error, n = ${n}`, error), n: draws })),
  };
}

/**
 * Speed by length against softmax attention and the other forms of linear attention, on one core and one product kernel;
 * at full scale also character models of a whole book. Tiles of both methods were tuned once; learning rates are tuned here.
 */
export const claim = defineClaim({
  params,
  scales: {
    quick: { repetitions: 7, cellSeconds: 0.35, draws: 3 },
    full: { repetitions: 9, cellSeconds: 6, draws: 10 },
  },
  trials: { trainTrial },
  async reproduce(given, run) {
    const setting: SpeedSetting = { ...given, decay: decays[0] ?? 0, withoutBlocks: given.ablate === "blocks" };
    const share = run.scale === "full" ? 0.25 : 0.95;
    const exact = await checkExactness(setting, given.draws, run);
    const speed = await measureSpeed(
      setting,
      run,
      (fraction, message) => run.progress(share * fraction, message),
      (result) => showSpeed(run, result, given.tokens),
    );
    const { "faster than stepping": stepping, ...judged } = judgeSpeed(speed);
    const reason = setting.withoutBlocks ? undefined : steppingReason(speed, given.width);
    const parts: Record<string, PartResult> = {
      ...judged,
      exact,
      "faster than stepping": reason === undefined ? stepping : { ...stepping, reason },
    };
    run.note(
      `Speeds are ${speed.clock}; the fastest repetition counts. Every product of every method runs on the same kernel, which reaches ${speed.kernelRate.toFixed(1)} GFLOP/s here, and the recurrence on vector instructions of its own; what is between the products runs in plain loops for all. Training speed on GPUs, models of a billion parameters and their downstream tasks cannot be reproduced here.`,
    );
    if (run.scale === "full")
      Object.assign(parts, judgeQuality(await measureQuality({ ...given, tokens: given.trainTokens }, run, share)));
    run.progress(1, "done");
    return verdict(paper.card, run.scale, parts);
  },
});
