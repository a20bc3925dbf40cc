import { Cancelled } from "./errors.ts";
import type { Chart, Run, RunEvent, Scale, Table, ToolRun, Trial } from "./paper.ts";
import { Random } from "./random.ts";

/** Runs trials in parallel elsewhere; undefined when this trial has to run here. */
export type ParallelMap = <I, O>(
  trial: Trial<I, O>,
  inputs: readonly I[],
  onResult: (result: O, index: number) => void,
) => Promise<O[]> | undefined;

export interface RunOptions {
  seed: number;
  scale: Scale;
  emit(event: RunEvent): void;
  signal?: AbortSignal;
  parallel?: ParallelMap;
}

/** The stream of trial `index` in a run: the same whether it runs here or in another worker. */
export function trialRandom(seed: number, index: number): Random {
  return new Random(seed).fork("trial").fork(index);
}

/** A run that hands its events to `emit`. Progress is kept from going backwards and is sent at most 20 times a second. */
export function createRun({ seed, scale, emit, signal = new AbortController().signal, parallel }: RunOptions): Run {
  let lastFraction = 0;
  let lastSent = Number.NEGATIVE_INFINITY;
  let lastBreath = performance.now();
  const stopIfCancelled = (): void => {
    if (signal.aborted) throw signal.reason instanceof Cancelled ? signal.reason : new Cancelled();
  };
  return {
    seed,
    scale,
    signal,
    random: new Random(seed),
    progress(fraction, message) {
      stopIfCancelled();
      lastFraction = Math.max(lastFraction, Math.min(1, Number.isFinite(fraction) ? fraction : 0));
      const now = performance.now();
      if (now - lastSent < 50 && lastFraction < 1) return;
      lastSent = now;
      emit({ type: "progress", fraction: lastFraction, message });
    },
    table: (name, table: Omit<Table, "name">) => emit({ type: "table", name, ...table }),
    chart: (name, chart: Omit<Chart, "name">) => emit({ type: "chart", name, ...chart }),
    note: (markdown) => emit({ type: "note", markdown }),
    async breathe() {
      stopIfCancelled();
      const now = performance.now();
      if (now - lastBreath < 40) return;
      await new Promise((resume) => setTimeout(resume, 0));
      lastBreath = performance.now();
      stopIfCancelled();
    },
    async map<I, O>(
      trial: Trial<I, O>,
      inputs: readonly I[],
      onResult?: (result: O, index: number, done: number) => void,
    ): Promise<O[]> {
      let done = 0;
      const report = (result: O, index: number): void => {
        stopIfCancelled();
        done += 1;
        onResult?.(result, index, done);
      };
      const elsewhere = parallel?.(trial, inputs, report);
      if (elsewhere) return elsewhere;
      const results: O[] = [];
      for (const [index, input] of inputs.entries()) {
        await this.breathe();
        const result: O = await trial(input, { random: trialRandom(seed, index), signal });
        results.push(result);
        report(result, index);
      }
      return results;
    },
  };
}

/** A tool's run: a run plus a way to open outputs, and the reader's own modules where there are any. */
export function createToolRun(options: RunOptions, open: ToolRun["output"], modules: ToolRun["modules"] = {}): ToolRun {
  return Object.assign(createRun(options), { output: open, modules });
}
