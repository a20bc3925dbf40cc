import { multiply } from "../../../kit/nets/multiply.ts";
import type { Run } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { median } from "../../../kit/stats.ts";
import type { NdArray } from "./attention-shapes.ts";
import { type Clock, threadClock } from "./clock.ts";
import { type Contender, contenders, type Inputs, type Method } from "./contenders.ts";
import { randomArray } from "./random-array.ts";
import { Work } from "./work.ts";

export interface SpeedSetting {
  /** Tokens of every measurement: as one sequence, or as 2, 4, … 32 shorter ones from the same buffers. */
  tokens: number;
  /** Width of queries, keys and values. */
  width: number;
  blockSize: number;
  /** Most repetitions of a cell. */
  repetitions: number;
  /** A cell is not repeated once it has used so many seconds. */
  cellSeconds: number;
  decay: number;
  withoutBlocks: boolean;
}

/** What was measured for one contender at one length. */
export interface Cell {
  method: Method;
  pass: Contender["pass"];
  n: number;
  /** Tokens per second of every repetition, in order. */
  rates: number[];
  /** Those of the fastest repetition: other work on the machine only ever takes speed away. */
  best: number;
  /** Exact, counted in a run of its own. */
  multiplyAddsPerToken: number;
  workingBytes: number;
}

export interface SpeedResult {
  lengths: number[];
  cells: Cell[];
  clock: string;
  /** GFLOP/s of the product kernel on 256 × 256 matrices. */
  kernelRate: number;
}

/** tokens/32, tokens/16, …, tokens. */
export function speedLengths(tokens: number): number[] {
  return [32, 16, 8, 4, 2, 1].map((parts) => tokens / parts);
}

/** Medium-sized products, as many as make a stable time. */
function productRate(clock: Clock): number {
  const size = 256;
  const random = new Random(1);
  const [a, b] = [randomArray(random, [size, size]), randomArray(random, [size, size])];
  const out = new Float32Array(size * size);
  let best = 0;
  for (let repetition = 0; repetition < 12; repetition++) {
    const start = clock.seconds();
    for (let i = 0; i < 4; i++) multiply(out, a.data, b.data, size, size, size);
    best = Math.max(best, (4 * 2 * size ** 3) / (clock.seconds() - start) / 1e9);
  }
  return best;
}

/**
 * Times every contender at every length on the same tokens, interleaved: each round visits all cells once, the lengths from
 * short to long and back in turn. `onRound` sees the cells so far.
 */
export async function measureSpeed(
  setting: SpeedSetting,
  run: Run,
  progress: (fraction: number, message: string) => void,
  onRound: (result: SpeedResult) => void = () => undefined,
): Promise<SpeedResult> {
  const { tokens, width, repetitions, cellSeconds } = setting;
  const clock = threadClock();
  const lengths = speedLengths(tokens);
  const random = run.random.fork("speed");
  const data = Array.from({ length: 4 }, () => randomArray(random, [tokens, width], width ** -0.25).data);
  const inputs = (n: number): Inputs => {
    const shape = [tokens / n, 1, n, width];
    return data.map((values): NdArray => ({ data: values, shape })) as unknown as Inputs; // four of them
  };
  const jobs = contenders(setting).flatMap((contender) =>
    lengths
      .filter((n) => n <= Math.max(contender.upTo[run.scale] * tokens, lengths[0] ?? 0))
      .map((n) => ({ contender, n, used: 0, rates: [] as number[], cost: new Work() })),
  );
  const result = (): SpeedResult => ({
    lengths,
    clock: clock.name,
    kernelRate,
    cells: jobs
      .filter(({ rates }) => rates.length > 0)
      .map(({ contender: { method, pass }, n, rates, cost }) => ({
        method,
        pass,
        n,
        rates: [...rates],
        best: Math.max(...rates),
        multiplyAddsPerToken: cost.multiplyAdds / tokens,
        workingBytes: cost.workingBytes,
      })),
  });
  progress(0, "warming up");
  const kernelRate = productRate(clock);
  for (const { contender, n } of jobs) {
    if (n === lengths[0]) contender.run(inputs(n), new Work());
    await run.breathe();
  }
  for (let round = 0; round < repetitions; round++) {
    const order = round % 2 === 0 ? jobs : [...jobs].reverse();
    const open = order.filter(({ used, contender }) => used < cellSeconds * contender.weight);
    for (const [i, job] of open.entries()) {
      const { contender, n } = job;
      progress((round + i / open.length) / repetitions, `round ${round + 1}: ${contender.method}, n = ${n}`);
      await run.breathe();
      const work = new Work();
      const given = inputs(n);
      const start = clock.seconds();
      contender.run(given, work);
      const seconds = clock.seconds() - start;
      job.used += seconds;
      job.rates.push(tokens / seconds);
      job.cost = work;
    }
    onRound(result());
  }
  return result();
}

/** The cell of a contender at a length. */
export function cellOf({ cells }: SpeedResult, method: Method, pass: Contender["pass"], n: number): Cell | undefined {
  return cells.find((cell) => cell.method === method && cell.pass === pass && cell.n === n);
}

/**
 * Speed at the longest length as a share of the speed at the shortest, by the fastest repetitions, with the range of the
 * same ratio over rounds; undefined where one of them was not timed.
 */
export function longOverShort(
  result: SpeedResult,
  method: Method,
  pass: Contender["pass"],
): { value: number; low: number; high: number; n: number; middle: number } | undefined {
  const short = cellOf(result, method, pass, result.lengths[0] ?? 0);
  const long = cellOf(result, method, pass, result.lengths[result.lengths.length - 1] ?? 0);
  if (!short || !long) return undefined;
  const rounds = long.rates.slice(0, short.rates.length).map((rate, i) => rate / (short.rates[i] as number)); // both were timed in this round
  const value = long.best / short.best;
  return {
    value,
    low: Math.min(value, ...rounds),
    high: Math.max(value, ...rounds),
    n: rounds.length,
    middle: median(rounds),
  };
}
