import { setTimeout } from "node:timers/promises";

const firstPauseMs = 100;
const longestPauseMs = 2000;

/** What PostgreSQL says when it, not the statement, is the reason: no connection, shut down or starting, out of resources, and serialization. */
const passing = /^(?:08|53|57P0[1-5]|40001|40P01)/;
const network = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"]);
const lost = /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i;

/** Whether an error is about the way to the database and not about what was asked of it. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isOutage)) return true;
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && (passing.test(code) || network.has(code))) return true;
  return lost.test(error.message) || isOutage(error.cause);
}

/** Whether the database refuses what a statement brings, a value or its size, and would refuse it again. */
export function isDataFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (typeof code === "string" && /^(?:22|54)\w{3}$/.test(code)) || isDataFault(error.cause);
}

/**
 * Does what must not fail for the sake of a database that restarts: `work` is done again while the database cannot be reached, for `forMs` at most and
 * until `signal` aborts. It may have been done by a try whose answer was lost, so it has to be something that can be done twice.
 */
export async function throughOutage<T>(work: () => Promise<T>, forMs: number, signal?: AbortSignal): Promise<T> {
  const until = performance.now() + forMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error) || performance.now() + pauseMs > until || signal?.aborted) throw error;
      await setTimeout(pauseMs, undefined, { signal }).catch(() => {}); // aborted: one last try
    }
  }
}
