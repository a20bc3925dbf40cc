import type { ParallelMap } from "../kit/run.ts";
import type { FromWorker, ToWorker, WorkerEnd, WorkerHandle } from "./protocol.ts";
import { fromWire, LimitReached, memoryMessage } from "./protocol.ts";

interface Task {
  trial: string;
  input: unknown;
  index: number;
  resolve(output: unknown): void;
  reject(error: Error): void;
}

interface Slot {
  worker: WorkerHandle;
  task: Task | undefined;
}

export interface PoolOptions {
  slug: string;
  seed: number;
  /** Most workers; they start when there is work for them and stay warm for the next call of `run.map`. */
  size: number;
  /** The claim's trials. */
  trials: Readonly<Record<string, unknown>>;
  spawn(): WorkerHandle;
  print(text: string): void;
}

export function endError(end: WorkerEnd): Error {
  if (end.reason === "memory") return new LimitReached(memoryMessage(end.limitMb));
  const error = new Error(end.message);
  if (end.stack !== undefined) error.stack = end.stack;
  return error;
}

/** Runs a claim's trials in workers of their own. A trial's random stream depends on seed and position alone, so results are those of a sequential run. */
export class TrialPool {
  readonly #options: PoolOptions;
  readonly #slots: Slot[] = [];
  readonly #waiting: Task[] = [];
  #count = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** For `createRun`: undefined for a trial that is not among the claim's, or when there is nothing to gain. */
  readonly map: ParallelMap = <I, O>(
    trial: unknown,
    inputs: readonly I[],
    onResult: (result: O, index: number) => void,
  ): Promise<O[]> | undefined => {
    const name = Object.entries(this.#options.trials).find(([, candidate]) => candidate === trial)?.[0];
    if (name === undefined || this.#options.size < 2 || inputs.length < 2) return undefined;
    return this.#mapNamed(name, inputs, onResult);
  };

  async #mapNamed<I, O>(
    trial: string,
    inputs: readonly I[],
    onResult: (result: O, index: number) => void,
  ): Promise<O[]> {
    const results = new Array<O>(inputs.length);
    const tasks: Task[] = [];
    const finished = inputs.map(
      (input, index) =>
        new Promise<void>((resolve, reject) => {
          tasks.push({
            trial,
            input,
            index,
            reject,
            resolve: (output) => {
              try {
                results[index] = output as O; // the trial's own output, cloned
                onResult(output as O, index);
                resolve();
              } catch (error) {
                reject(error);
              }
            },
          });
        }),
    );
    this.#waiting.push(...tasks);
    this.#pump();
    try {
      await Promise.all(finished);
    } catch (error) {
      for (const task of tasks) {
        const at = this.#waiting.indexOf(task);
        if (at >= 0) this.#waiting.splice(at, 1);
      }
      throw error;
    }
    return results;
  }

  #pump(): void {
    while (this.#waiting.length > 0) {
      let slot = this.#slots.find((candidate) => candidate.task === undefined);
      if (!slot) {
        if (this.#slots.length >= this.#options.size) return;
        slot = this.#start();
      }
      const task = this.#waiting.shift();
      if (!task) return;
      slot.task = task;
      this.#count += 1;
      const message: ToWorker = {
        type: "trial",
        id: this.#count,
        slug: this.#options.slug,
        trial: task.trial,
        input: task.input,
        index: task.index,
        seed: this.#options.seed,
      };
      try {
        slot.worker.post(message);
      } catch (error) {
        slot.task = undefined;
        task.reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  #start(): Slot {
    const worker = this.#options.spawn();
    const slot: Slot = { worker, task: undefined };
    this.#slots.push(slot);
    worker.onPrint?.(this.#options.print);
    worker.onMessage((raw) => {
      const message = raw as FromWorker; // sent by our own worker
      if (message.type !== "reply") return;
      const task = slot.task;
      slot.task = undefined;
      if (message.error) task?.reject(fromWire(message.error));
      else task?.resolve(message.value);
      this.#pump();
    });
    worker.onEnd((end) => {
      this.#slots.splice(this.#slots.indexOf(slot), 1);
      slot.task?.reject(endError(end));
      slot.task = undefined;
      this.#pump();
    });
    return slot;
  }

  async end(): Promise<void> {
    await Promise.all(this.#slots.splice(0).map((slot) => slot.worker.terminate()));
  }
}
