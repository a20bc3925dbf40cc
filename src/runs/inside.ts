import { blobFile, type InputFile, memoryFile } from "../kit/files.ts";
import type { Experiment, RunEvent, ToolInput, ToolRun, TrialContext } from "../kit/paper.ts";
import { createRun, createToolRun, trialRandom } from "../kit/run.ts";
import { checkFiles, claimOf, toolOf } from "./check.ts";
import { outcomeOf } from "./outcome.ts";
import { type Ask, RemoteOutput } from "./outputs.ts";
import { TrialPool } from "./pool.ts";
import { type FromWorker, fromWire, type Port, type ToWorker, toWire, type WorkerHandle } from "./protocol.ts";
import type { ClaimJob, JobFile, JobFiles, Outcome, ToolJob } from "./types.ts";

/** What differs between a Node worker thread and a Web Worker. */
export interface Surroundings {
  getExperiment(slug: string): Experiment | Promise<Experiment>;
  /** Starts a worker with this same entry, for parallel trials; without it, trials run in turn. */
  spawn?(): WorkerHandle;
  /** Opens a file that stands at a path; only where there are paths. */
  openPath?(file: { name: string; path: string }): Promise<InputFile>;
  /** Loads the reader's own modules; only in a worker that the command started with some. */
  loadModules?(): Promise<ToolRun["modules"]>;
}

/**
 * The inside of a worker: answers one `run` message by running the job, or any number of `trial` messages by running trials. It knows neither Node nor
 * the browser. `worker.ts` is the entry for Node; one for the browser is three lines (see browser.ts):
 *
 *     import { getExperiment } from "../papers/catalogue.ts";
 *     import { ownPort, webWorker } from "../runs/browser.ts";
 *     import { serve } from "../runs/inside.ts";
 *     serve(ownPort(), { getExperiment, spawn: () => webWorker(new Worker(self.location.href, { type: "module" })) });
 */
export function serve(port: Port, surroundings: Surroundings): void {
  const post = (message: FromWorker, transfer?: ArrayBuffer[]): void => port.post(message, transfer);
  const replies = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let requests = 0;
  const ask: Ask = (request, transfer) => {
    requests += 1;
    const id = requests;
    return new Promise((resolve, reject) => {
      replies.set(id, { resolve, reject });
      post({ type: "request", id, request }, transfer);
    });
  };

  port.onMessage((raw) => {
    const message = raw as ToWorker; // sent by our own host or pool
    if (message.type === "reply") {
      const waiting = replies.get(message.id);
      replies.delete(message.id);
      if (message.error) waiting?.reject(fromWire(message.error));
      else waiting?.resolve(message.value);
    } else if (message.type === "trial") {
      runTrial(message, surroundings).then(
        (value) => reply(post, message.id, value),
        (error: unknown) => post({ type: "reply", id: message.id, error: toWire(error) }),
      );
    } else {
      const { job, files, workers } = message;
      const emit = (event: RunEvent): void => post({ type: "event", event });
      const ran =
        job.kind === "claim"
          ? runClaimJob(job, workers, surroundings, emit, (text) => post({ type: "log", message: text }))
          : runToolJob(job, files, surroundings, emit, ask);
      ran
        .catch((error: unknown) => {
          const outcome = outcomeOf(error);
          if (outcome.status === "failed") {
            const wire = toWire(error);
            post({ type: "log", message: wire.message, ...(wire.stack === undefined ? {} : { stack: wire.stack }) });
          }
          return outcome;
        })
        .then((outcome) => post({ type: "outcome", outcome }))
        // A verdict that cannot be cloned, such as one with a function in it.
        .catch((error: unknown) => post({ type: "outcome", outcome: outcomeOf(error) }));
    }
  });
}

/** A trial's output may not survive cloning; that is an error of the trial. */
function reply(post: (message: FromWorker) => void, id: number, value: unknown): void {
  try {
    post({ type: "reply", id, value });
  } catch (error) {
    post({ type: "reply", id, error: toWire(error) });
  }
}

async function runTrial(
  { slug, trial, input, index, seed }: Extract<ToWorker, { type: "trial" }>,
  { getExperiment }: Surroundings,
): Promise<unknown> {
  const claim = await claimOf(await getExperiment(slug));
  const run = claim.trials?.[trial];
  if (!run) throw new Error(`${slug} has no trial "${trial}"`);
  const context: TrialContext = { random: trialRandom(seed, index), signal: new AbortController().signal };
  return run(input, context);
}

async function runClaimJob(
  job: ClaimJob,
  workers: number,
  { getExperiment, spawn }: Surroundings,
  emit: (event: RunEvent) => void,
  print: (text: string) => void,
): Promise<Outcome> {
  const claim = await claimOf(await getExperiment(job.slug));
  const pool =
    spawn && claim.trials
      ? new TrialPool({ slug: job.slug, seed: job.seed, size: workers, trials: claim.trials, spawn, print })
      : undefined;
  const run = createRun({
    seed: job.seed,
    scale: job.scale,
    emit,
    ...(pool ? { parallel: pool.map } : {}),
  });
  try {
    return { status: "done", verdict: await claim.reproduce(job.params, run) };
  } finally {
    await pool?.end();
  }
}

async function runToolJob(
  job: ToolJob,
  files: JobFiles,
  surroundings: Surroundings,
  emit: (event: RunEvent) => void,
  ask: Ask,
): Promise<Outcome> {
  const tool = await toolOf(await surroundings.getExperiment(job.slug), job.tool);
  checkFiles(tool, files);
  const input: ToolInput = {};
  for (const { name } of tool.inputs) {
    input[name] = await Promise.all((files[name] ?? []).map((file) => openFile(file, surroundings, ask)));
  }
  const outputs: RemoteOutput[] = [];
  const open: ToolRun["output"] = async (name, mediaType, { live = false } = {}) => {
    const id = (await ask({ do: "open", name, mediaType, live })) as number; // the host answers with the output's number
    const output = new RemoteOutput(ask, id, live);
    outputs.push(output);
    return output;
  };
  const modules = await surroundings.loadModules?.();
  const run = createToolRun({ seed: job.seed, scale: "full", emit }, open, modules);
  const { summary } = await tool.apply(input, job.params, run);
  for (const output of outputs) await output.close();
  return { status: "done", summary, outputs: [] };
}

async function openFile(file: JobFile, { openPath }: Surroundings, ask: Ask): Promise<InputFile> {
  if ("bytes" in file) return memoryFile(file.name, file.bytes);
  if ("blob" in file) return blobFile(file.name, file.blob);
  if ("stdin" in file) return streamedFile(file.name, ask);
  if (!openPath) throw new Error("files cannot be opened by path here");
  return openPath(file);
}

/** Standard input, which the worker's owner reads: asked for chunk by chunk, one ahead. */
function streamedFile(name: string, ask: Ask): InputFile {
  let started = false;
  return {
    name,
    size: undefined,
    seekable: false,
    slice: () => Promise.reject(new Error(`${name} is a stream and cannot be read at a position`)),
    async *stream() {
      if (started) throw new Error(`${name} is a stream and can be read only once`);
      started = true;
      let next = ask({ do: "read" });
      for (;;) {
        const chunk = (await next) as Uint8Array | null; // the host answers with bytes, or null at the end
        if (chunk === null) return;
        next = ask({ do: "read" });
        next.catch(() => {}); // seen when it is awaited, if it ever is
        yield chunk;
      }
    },
  };
}
