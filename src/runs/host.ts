import { BadInput } from "../kit/errors.ts";
import { outcomeOf } from "./outcome.ts";
import { endError } from "./pool.ts";
import {
  type FromWorker,
  LimitReached,
  type Request,
  type ToWorker,
  timeMessage,
  toWire,
  type WorkerHandle,
} from "./protocol.ts";
import type { ExecuteOptions, Job, Limits, Outcome, OutputInfo, SinkFile } from "./types.ts";

export interface HostOptions extends Omit<ExecuteOptions, "limits" | "isolated" | "background" | "catalogue"> {
  limits: Limits;
  spawn(): WorkerHandle;
}

/** Longest wait for a worker, a sink or an input to let go once a run is to end. */
const patienceMs = 500;

function atMost(promise: Promise<unknown>): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  return Promise.race([promise.catch(() => {}), late]).finally(() => clearTimeout(timer));
}

/** An output as the host keeps it: its writes happen one after another, in the order they came. */
interface Receiving {
  info: OutputInfo;
  file: SinkFile;
  last: Promise<void>;
}

/**
 * Runs a job in one worker and stays outside of it: stamps events, feeds standard input, hands outputs to the sink, enforces the time limit and
 * cancellation. `execute` uses it with worker threads; a page uses it with a Web Worker (browser.ts). It never rejects for what the job does.
 */
export function hostRun(job: Job, options: HostOptions): Promise<Outcome> {
  const { files = {}, sink, onEvent, signal, limits, stdin, log, spawn } = options;
  if (signal?.aborted) {
    const stopped = abortOutcome(signal);
    return sink
      ? sink.discard().then(
          () => stopped,
          () => stopped,
        )
      : Promise.resolve(stopped);
  }
  return new Promise((resolve) => {
    const began = performance.now();
    const outputs: Receiving[] = [];
    let chunks: AsyncIterator<Uint8Array> | undefined;
    let seq = 0;
    let ended = false;

    const worker = spawn();
    const timer = setTimeout(() => end({ status: "limit", message: timeMessage(limits.timeMs) }), limits.timeMs);
    const onAbort = (): void => end(abortOutcome(signal));
    signal?.addEventListener("abort", onAbort, { once: true });

    const answer = async (request: Request): Promise<unknown> => {
      if (request.do === "read") {
        chunks ??= (stdin ?? empty())[Symbol.asyncIterator]();
        const { done, value } = await chunks.next();
        return done ? null : Uint8Array.from(value);
      }
      if (request.do === "open") {
        if (!sink) throw new Error("the run has nowhere to write its outputs");
        const file = await sink.open(request.name, request.mediaType, request.live);
        const info: OutputInfo = { name: request.name, mediaType: request.mediaType, bytes: 0 };
        if (file.path !== undefined) info.path = file.path;
        return outputs.push({ info, file, last: Promise.resolve() }) - 1;
      }
      const output = outputs[request.output];
      if (!output) throw new Error("no such output");
      output.last = output.last.then(async () => {
        if (request.do === "close") return output.file.close();
        await output.file.write(request.chunk);
        output.info.bytes += request.chunk.byteLength;
      });
      return output.last;
    };

    worker.onMessage((raw) => {
      if (ended) return;
      const message = raw as FromWorker; // sent by inside.ts
      if (message.type === "event") {
        seq += 1;
        onEvent?.({ seq, at: Math.round(performance.now() - began), event: message.event });
      } else if (message.type === "outcome") {
        end(message.outcome);
      } else if (message.type === "log") {
        log?.({ job, message: message.message, ...(message.stack === undefined ? {} : { stack: message.stack }) });
      } else if (message.type === "request") {
        const { id } = message;
        const send = (reply: ToWorker): void => {
          if (!ended) worker.post(reply);
        };
        answer(message.request).then(
          (value) => send({ type: "reply", id, value }),
          (error: unknown) => send({ type: "reply", id, error: toWire(error) }),
        );
      }
    });
    worker.onPrint?.((text) => log?.({ job, message: text }));
    worker.onEnd((death) => {
      const error = endError(death);
      if (death.reason === "error")
        log?.({ job, message: error.message, ...(error.stack ? { stack: error.stack } : {}) });
      end(outcomeOf(error));
    });

    const end = (outcome: Outcome): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      finish(outcome).then(resolve, (error: unknown) => resolve(outcomeOf(error)));
    };

    const finish = async (outcome: Outcome): Promise<Outcome> => {
      await atMost(worker.terminate());
      if (chunks?.return) await atMost(chunks.return());
      if (!sink) return outcome;
      await atMost(Promise.allSettled(outputs.map((output) => output.last)));
      if (outcome.status !== "done") {
        await atMost(sink.discard());
        return outcome;
      }
      try {
        await sink.commit();
      } catch (error) {
        await atMost(sink.discard());
        return outcomeOf(error);
      }
      return "summary" in outcome ? { ...outcome, outputs: outputs.map((output) => output.info) } : outcome;
    };

    try {
      const start: ToWorker = { type: "run", job, files, workers: limits.workers };
      worker.post(start);
    } catch (error) {
      log?.({ job, message: String(error), weight: "error" });
      end(outcomeOf(new BadInput("the parameters of the run cannot be sent to its worker")));
    }
  });
}

function abortOutcome(signal: AbortSignal | undefined): Outcome {
  const reason: unknown = signal?.reason;
  if (reason instanceof LimitReached) return { status: "limit", message: reason.message };
  return { status: "cancelled", message: "The run was cancelled." };
}

async function* empty(): AsyncGenerator<Uint8Array> {}
