import { setTimeout as delay } from "node:timers/promises";
import { ImportFailed, Passing } from "./failures.ts";
import { type Answer, type GetLimits, publicReach, type Reach, safeGet } from "./safe-get.ts";

export interface FetcherOptions {
  reach?: Reach;
  limits?: Partial<GetLimits>;
  /** Between two requests, from the end of one to the start of the next. */
  pauseMs?: number;
  /** Requests for one answer before it is given up. */
  attempts?: number;
  /** The longest wait a server may ask for. */
  longestWaitMs?: number;
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  now?: () => number;
}

const limits: GetLimits = { maxBytes: 32 << 20, idleMs: 30_000, totalMs: 180_000 };

/** Waits; rejects when the signal says stop. */
async function sleepFor(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal ? { signal } : {});
}

/**
 * Gets one answer after another, politely: three seconds between requests, as arXiv asks of its readers, longer when the server is busy or says so
 * (`Retry-After`).
 */
export class Fetcher {
  readonly #reach: Reach;
  readonly #limits: GetLimits;
  readonly #pauseMs: number;
  readonly #attempts: number;
  readonly #longestWaitMs: number;
  readonly #sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly #now: () => number;
  #free = 0;

  constructor(options: FetcherOptions = {}) {
    this.#reach = options.reach ?? publicReach;
    this.#limits = { ...limits, ...options.limits };
    this.#pauseMs = options.pauseMs ?? 3000;
    this.#attempts = options.attempts ?? 5;
    this.#longestWaitMs = options.longestWaitMs ?? 15 * 60_000;
    this.#sleep = options.sleep ?? sleepFor;
    this.#now = options.now ?? Date.now;
  }

  /**
   * What `read` makes of the answer. What it throws as `Passing`, an answer that breaks off for one, is asked again like a busy server; the last failure
   * ends in `ImportFailed`.
   */
  async get<T>(url: string, read: (answer: Answer) => T, signal?: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      await this.#turn(signal);
      try {
        const answer = await safeGet(url, { reach: this.#reach, limits: this.#limits, signal });
        checkStatus(answer, url, this.#now());
        return read(answer);
      } catch (error) {
        if (!(error instanceof Passing)) throw error;
        if (attempt >= this.#attempts) throw new ImportFailed(`${error.message}, ${attempt} times in a row.`);
        await this.#wait(error, attempt, signal);
      } finally {
        this.#free = this.#now() + this.#pauseMs;
      }
    }
  }

  async #turn(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const wait = this.#free - this.#now();
    if (wait > 0) await this.#sleep(wait, signal);
  }

  async #wait({ message, retryAfterMs = 0 }: Passing, attempt: number, signal?: AbortSignal): Promise<void> {
    if (retryAfterMs > this.#longestWaitMs) {
      throw new ImportFailed(`${message} and asks to come back in ${Math.ceil(retryAfterMs / 60_000)} minutes.`);
    }
    await this.#sleep(Math.max(retryAfterMs, this.#pauseMs * 2 ** (attempt - 1)), signal);
  }
}

function checkStatus({ status, headers }: Answer, url: string, now: number): void {
  if (status >= 200 && status < 300) return;
  const said = `${new URL(url).host} answers ${status}`;
  if (status === 429 || status === 408 || status >= 500) {
    throw new Passing(said, retryAfter(headers["retry-after"], now));
  }
  throw new ImportFailed(`${said} to ${url}.`);
}

/** The header in milliseconds: seconds, or a date. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
