import { availableParallelism, totalmem } from "node:os";
import type { Limits } from "../runs/types.ts";

const day = 24 * 3600 * 1000;

/** Limits of a run that its reader started at the terminal and can stop there: a day, most of the memory, every core. */
export function terminalLimits({ parallel = 1 } = {}): Limits {
  const cores = availableParallelism();
  const memoryMb = Math.max(1024, Math.floor((totalmem() / 2 ** 20) * 0.75));
  if (parallel > 1) return { timeMs: day, memoryMb: Math.max(1024, Math.floor(memoryMb / parallel)), workers: 0 };
  return { timeMs: day, memoryMb, workers: cores };
}
