import { randomUUID } from "node:crypto";
import { ApiError, type Client } from "../../api/client.ts";
import * as schemas from "../../api/schemas.ts";
import type { Verdict } from "../../kit/paper.ts";
import { outcomeOf } from "../../runs/outcome.ts";
import type { ExecuteOptions, Job, Outcome, StampedEvent } from "../../runs/types.ts";
import type { Engine, RunFacts } from "../engine.ts";
import { Fault } from "../outcome.ts";
import { again } from "./again.ts";
import { faultOf, isPassing } from "./faults.ts";
import type { Site } from "./site.ts";
import { fetchOutputs, uploadsOf } from "./transfer.ts";
import { understood } from "./understood.ts";

/** How long, once the reader has stopped the run, a start under way is waited for, and then the server's word that the run is stopped. */
const stopMs = 900;

const cancelled: Outcome = { status: "cancelled", message: "The run was cancelled." };

export interface EngineOptions {
  /** Before what failed is tried again; it doubles each time. 1000 without. */
  pauseMs?: number;
}

/** Runs jobs at a server. What is drawn from its answers is the same as of a run made here. */
export function remoteEngine(site: Site, { pauseMs }: EngineOptions = {}): Engine {
  let facts: RunFacts = { version: "", platform: "" };
  return {
    facts: () => facts,
    async execute(job, options = {}) {
      let id: string | undefined;
      try {
        id = await started(site.client, job, { ...options, pauseMs });
        const page = `${site.url}/runs/${encodeURIComponent(id)}`;
        facts = { ...facts, page };
        return await followed(site.client, id, { ...options, pauseMs }, (known) => {
          facts = { ...known, page };
        });
      } catch (error) {
        await options.sink?.discard();
        if (!options.signal?.aborted) throw lost(error, faultOf(error, site.url), facts.page);
        if (id !== undefined) await stop(site.client, id);
        return cancelled;
      }
    },
  };
}

/** Where a run goes on that cannot be followed any more. */
function lost(error: unknown, fault: unknown, page: string | undefined): unknown {
  if (page === undefined || !(fault instanceof Fault) || !isPassing(error)) return fault;
  return new Fault(`${fault.message} The run is at ${page}`);
}

type Executing = ExecuteOptions & { pauseMs: number | undefined };

/**
 * Starts the run, once: an answer that was lost is asked for again under the same name. When the reader stops it meanwhile, the answer is waited for a moment,
 * since the server may have begun.
 */
async function started(client: Client, job: Job, options: Executing): Promise<string> {
  const { files = {}, stdin, signal, onEvent, pauseMs } = options;
  const { seed, slug, params } = job;
  const sent = job.kind === "tool" ? await uploadsOf(files, { stdin, signal }) : {};
  signal?.throwIfAborted();
  const late = new AbortController();
  const giveUp = (): void => void setTimeout(() => late.abort(), stopMs).unref();
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    const asked = { signal: late.signal, key: randomUUID() };
    const { id } = await again(
      () =>
        job.kind === "claim"
          ? client.start({ kind: "claim", slug, scale: job.scale, seed, params }, asked)
          : client.apply({ kind: "tool", slug, tool: job.tool, seed, params }, sent, asked),
      {
        signal: late.signal,
        pauseMs,
        // That there is no room for another run is for the reader to know at once.
        passing: (error) => isPassing(error) && !(error instanceof ApiError && error.status === 429),
        onPause: () => onEvent?.(progress("waiting for the server")),
      },
    );
    return id;
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}

/** Passes the run's messages on until its outcome, and fetches what it made. */
async function followed(
  client: Client,
  id: string,
  { signal, onEvent, sink, pauseMs }: Executing,
  learn: (facts: RunFacts) => void,
): Promise<Outcome> {
  signal?.throwIfAborted();
  onEvent?.(progress("waiting for the server"));
  // Kept back until the end, because a run that starts again says everything anew.
  let said: StampedEvent[] = [];
  let outcome: Outcome | undefined;
  for await (const given of client.events(id, { signal })) {
    const message = understood(schemas.runMessage, given);
    if (message.type === "restart") said = [];
    else if (message.type === "outcome") outcome = outcomeFrom(message.outcome);
    else {
      const event = message.event as StampedEvent; // it fits the schema
      if (event.event.type === "progress") onEvent?.(event);
      else said.push(event);
    }
  }
  if (!outcome) throw new Fault("The server ended the run’s messages without an outcome.");
  const run = understood(schemas.run, await again(() => client.run(id, { signal }), { signal, pauseMs }));
  learn({ version: run.version, platform: run.platform, durationMs: run.durationMs ?? undefined });
  for (const event of said) onEvent?.(event);
  if (outcome.status !== "done" || !("summary" in outcome) || !sink) {
    await sink?.discard();
    return outcome;
  }
  onEvent?.(progress("fetching the files", 1));
  const outputs = await fetchOutputs(client, id, { outputs: outcome.outputs, sink, signal, pauseMs });
  signal?.throwIfAborted();
  try {
    await sink.commit();
  } catch (error) {
    await sink.discard();
    return outcomeOf(error);
  }
  return { ...outcome, outputs };
}

function progress(message: string, fraction = 0): StampedEvent {
  return { seq: 0, at: 0, event: { type: "progress", fraction, message } };
}

/** The outcome with its numbers as they were: JSON has null for those that are none. */
function outcomeFrom(given: schemas.Outcome): Outcome {
  if (!("verdict" in given)) return given as Outcome; // it fits the schema
  const number = (value: number | null | undefined): number | undefined => (value === null ? Number.NaN : value);
  const parts = given.verdict.parts.map((part) => ({
    ...part,
    measured: part.measured.map((m) => ({ ...m, value: number(m.value), low: number(m.low), high: number(m.high) })),
  }));
  return { status: "done", verdict: { outcome: given.verdict.outcome, parts } as Verdict };
}

/** Stops the run at the server; that the server does not answer is not waited for. */
async function stop(client: Client, id: string): Promise<void> {
  await client.cancel(id, { signal: AbortSignal.timeout(stopMs) }).catch(() => {});
}
