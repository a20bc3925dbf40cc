import { BadInput } from "../kit/errors.ts";
import type { SharedLog } from "./shared-log.ts";
import type { Outcome, StampedEvent } from "./types.ts";

/** What a viewer of a run is told, in order. `cursor` resumes after this message (the id of a server-sent event). */
export type RunMessage =
  | { type: "event"; cursor: string; event: StampedEvent }
  /** The run was started again from the beginning: forget the events shown so far. */
  | { type: "restart"; cursor: string }
  /** The last message. */
  | { type: "outcome"; cursor: string; outcome: Outcome };

/** Wakes those who wait for news of a run in this process. */
export class Bell {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #onRing: (id: string) => void;

  /** `onRing` is called before anyone wakes. */
  constructor(onRing: (id: string) => void = () => {}) {
    this.#onRing = onRing;
  }

  ring(id: string): void {
    this.#onRing(id);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    for (const wake of waiting ?? []) wake();
  }

  /** Starts to listen at once; `heard` resolves at the next ring, after `ms`, or when `signal` aborts. */
  listen(id: string): { heard(ms: number, signal?: AbortSignal): Promise<void>; stop(): void } {
    let wake = (): void => {};
    const rung = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const waiting = this.#waiting.get(id) ?? new Set();
    waiting.add(wake);
    this.#waiting.set(id, waiting);
    const stop = (): void => {
      waiting.delete(wake);
      if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
    };
    return {
      stop,
      async heard(ms, signal) {
        const timer = setTimeout(wake, ms);
        signal?.addEventListener("abort", wake, { once: true });
        await rung;
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        stop();
      },
    };
  }
}

export interface FollowOptions {
  log: SharedLog;
  id: string;
  after?: string | undefined;
  signal?: AbortSignal | undefined;
  bell: Bell;
  /** How long to wait for the bell before looking again: short when the run may be in another process. */
  pollMs: number;
  /** Stored events after a place that are at hand in this process. */
  recent(attempt: number, seq: number): readonly StampedEvent[] | undefined;
}

function parseCursor(cursor: string | undefined): { attempt: number; seq: number } {
  const [, attempt, seq] = /^(\d{1,9})-(\d{1,9})$/.exec(cursor ?? "") ?? [];
  return { attempt: Number(attempt ?? 0), seq: Number(seq ?? 0) };
}

/**
 * A run's messages after a cursor, live until its outcome. Events are told only once they are stored, so what a viewer has seen is what the record holds,
 * whoever runs it, and a viewer that comes back with its last cursor misses nothing and sees nothing twice.
 */
export async function* follow(options: FollowOptions): AsyncGenerator<RunMessage> {
  const { log, id, signal, bell, pollMs, recent } = options;
  let { attempt, seq } = parseCursor(options.after);
  const leave = log.enter(id);
  try {
    while (!signal?.aborted) {
      // Listening comes before reading, so that no news falls between the two.
      const listener = bell.listen(id);
      try {
        const near = recent(attempt, seq);
        if (near && near.length > 0) {
          for (const event of near) {
            seq = event.seq;
            yield { type: "event", cursor: `${attempt}-${seq}`, event };
          }
          continue;
        }
        const page = await log.read(id, attempt, seq);
        if (!page) throw new BadInput(`there is no run "${id}"`);
        if (page.attempt !== attempt) {
          const seen = seq > 0;
          attempt = page.attempt;
          seq = 0;
          if (seen) yield { type: "restart", cursor: `${attempt}-0` };
        }
        for (const event of page.events) {
          seq = event.seq;
          yield { type: "event", cursor: `${attempt}-${seq}`, event };
        }
        if (page.full) continue;
        if (page.state !== "queued" && page.state !== "running") {
          yield { type: "outcome", cursor: `${attempt}-${seq}`, outcome: page.outcome as Outcome };
          return;
        }
        await listener.heard(pollMs, signal);
      } finally {
        listener.stop();
      }
    }
  } finally {
    leave();
  }
}
