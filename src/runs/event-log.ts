import { LimitReached } from "./protocol.ts";
import type { StampedEvent } from "./types.ts";

const waitMs = 100;
const batchEvents = 50;
const recentEvents = 500;
/** Most that one run may report. */
const mostEvents = 100_000;
const mostBytes = 64 << 20;

export interface EventLogOptions {
  /** Stores a batch; false when the run is no longer this worker's. */
  append(events: readonly StampedEvent[]): Promise<boolean>;
  /** A batch was stored. */
  onStored(): void;
  /** Events cannot be stored any more: the run has to end. */
  onFailure(reason: Error): void;
}

/** The run was taken over by another worker. */
export class RunLost extends Error {
  override readonly name = "RunLost";
}

/** Stores the events of a run as they come, in small batches, and keeps the latest stored ones at hand for viewers. */
export class EventLog {
  readonly #options: EventLogOptions;
  #pending: StampedEvent[] = [];
  #recent: StampedEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #count = 0;
  #bytes = 0;
  #failure: Error | undefined;

  constructor(options: EventLogOptions) {
    this.#options = options;
  }

  push(event: StampedEvent): void {
    if (this.#failure) return;
    this.#count += 1;
    this.#bytes += JSON.stringify(event.event).length;
    if (this.#count > mostEvents || this.#bytes > mostBytes) {
      this.#fail(new LimitReached("The run reported more than a run may (100,000 events or 64 MB) and was stopped."));
      return;
    }
    this.#pending.push(event);
    if (this.#pending.length >= batchEvents) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), waitMs);
  }

  /** The stored events after `seq`, if they are at hand. */
  recent(seq: number): readonly StampedEvent[] | undefined {
    const last = this.#recent.at(-1);
    if (!last) return undefined;
    const after = this.#recent.length - (last.seq - seq);
    return after < 0 ? undefined : this.#recent.slice(after);
  }

  /** Resolves when all events are stored; rejects when one could not be. */
  async close(): Promise<void> {
    this.#flush();
    await this.#writing;
    if (this.#failure && !(this.#failure instanceof LimitReached)) throw this.#failure;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#pending;
    this.#pending = [];
    if (batch.length > 0) this.#writing = this.#writing.then(() => this.#write(batch));
  }

  async #write(batch: readonly StampedEvent[]): Promise<void> {
    if (this.#failure && !(this.#failure instanceof LimitReached)) return;
    try {
      if (!(await this.#options.append(batch))) throw new RunLost("another worker has taken this run over");
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#recent = [...this.#recent, ...batch].slice(-recentEvents);
    this.#options.onStored();
  }

  #fail(reason: Error): void {
    this.#failure ??= reason;
    this.#options.onFailure(reason);
  }
}
