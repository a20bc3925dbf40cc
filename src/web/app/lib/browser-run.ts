import { executeInBrowser, webWorker } from "../../../runs/browser.ts";
import { memorySink } from "../../../runs/memory-sink.ts";
import type { Job, JobFiles, Outcome, StampedEvent } from "../../../runs/types.ts";

/** An output of a tool that ran in this page: it is here and nowhere else. */
export interface LocalOutput {
  name: string;
  mediaType: string;
  blob: Blob;
}

/** Runs a job in workers of this page. Loaded when a run starts, not before. */
export async function runHere(
  job: Job,
  options: { files?: JobFiles; signal: AbortSignal; onEvent(event: StampedEvent): void },
): Promise<{ outcome: Outcome; outputs: LocalOutput[] }> {
  const sink = memorySink();
  const outcome = await executeInBrowser(job, {
    ...options,
    sink,
    spawn: () => webWorker(new Worker(new URL("../../worker/run-worker.ts", import.meta.url), { type: "module" })),
    log: ({ message, stack }) => console.error(stack ?? message),
  });
  return {
    outcome,
    outputs: sink.outputs.map(({ name, mediaType, bytes }) => ({
      name,
      mediaType,
      blob: new Blob([bytes], { type: mediaType }),
    })),
  };
}
