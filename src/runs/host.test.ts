import { describe, expect, it } from "vitest";
import { getExperiment } from "./fixtures/papers.ts";
import { hostRun } from "./host.ts";
import { serve } from "./inside.ts";
import { memorySink } from "./memory-sink.ts";
import type { WorkerHandle } from "./protocol.ts";
import type { Job, Limits, OutputSink, StampedEvent } from "./types.ts";

/** A worker without a thread, connected by cloned messages as a Web Worker is. */
function localWorker(started: WorkerHandle[] = []): WorkerHandle {
  const { port1, port2 } = new MessageChannel();
  serve(
    {
      post: (message, transfer) => port2.postMessage(message, transfer ?? []),
      onMessage: (handler) => {
        port2.onmessage = ({ data }) => handler(data);
      },
    },
    { getExperiment, spawn: () => localWorker(started) },
  );
  const handle: WorkerHandle = {
    post: (message, transfer) => port1.postMessage(message, transfer ?? []),
    onMessage: (handler) => {
      port1.onmessage = ({ data }) => handler(data);
    },
    onEnd: () => {},
    terminate: async () => {
      port1.close();
      port2.close();
    },
  };
  started.push(handle);
  return handle;
}

const limits: Limits = { timeMs: 20_000, memoryMb: 512, workers: 2 };

function claim(slug: string, params: Record<string, unknown> = {}): Job {
  return { kind: "claim", slug, scale: "quick", seed: 7, params: { draws: 6, stepMs: 0, ...params } };
}

describe("hostRun with workers that are no threads of Node", () => {
  it("runs a claim with parallel trials, and gives the numbers of a sequential run", async () => {
    const notes: string[] = [];
    for (const workers of [0, 2]) {
      const started: WorkerHandle[] = [];
      const events: StampedEvent[] = [];
      const outcome = await hostRun(claim("draws"), {
        limits: { ...limits, workers },
        spawn: () => localWorker(started),
        onEvent: (event) => events.push(event),
      });
      expect(outcome.status).toBe("done");
      expect(started).toHaveLength(workers === 0 ? 1 : 3);
      const last = events.at(-1)?.event;
      notes.push(last?.type === "note" ? last.markdown : "");
    }
    expect(notes[0]).toBe(notes[1]);
    expect(notes[0]).not.toBe("");
  });

  it("applies a tool to a dropped file", async () => {
    const sink = memorySink();
    const job: Job = { kind: "tool", slug: "files", tool: "upper", seed: 1, params: { fail: "no", copies: 1 } };
    const files = { text: [{ name: "a.txt", blob: new Blob(["abc"]) }] };
    const outcome = await hostRun(job, { limits, spawn: localWorker, sink, files });
    expect(outcome).toMatchObject({ status: "done", outputs: [{ name: "upper.txt", bytes: 4 }, {}] });
    expect(sink.outputs).toHaveLength(2);
  });

  it("refuses files by path where there are none, and outputs where there is no sink", async () => {
    const job: Job = { kind: "tool", slug: "files", tool: "upper", seed: 1, params: { fail: "no", copies: 1 } };
    const path = { text: [{ name: "a.txt", path: "/a.txt" }] };
    expect(await hostRun(job, { limits, spawn: localWorker, files: path })).toMatchObject({ status: "failed" });
    const given = { text: [{ name: "a.txt", bytes: new Uint8Array(3) }] };
    expect(await hostRun(job, { limits, spawn: localWorker, files: given })).toMatchObject({ status: "failed" });
  });

  it("tells no event after the outcome, and discards once it is cancelled", async () => {
    const controller = new AbortController();
    const calls: string[] = [];
    const sink: OutputSink = {
      open: () => Promise.reject(new Error("unused")),
      commit: async () => void calls.push("commit"),
      discard: async () => void calls.push("discard"),
    };
    const events: StampedEvent[] = [];
    const outcome = await hostRun(claim("draws", { stepMs: 20 }), {
      limits,
      spawn: localWorker,
      sink,
      signal: controller.signal,
      onEvent: (event) => {
        events.push(event);
        if (event.seq === 3) controller.abort();
      },
    });
    const count = events.length;
    expect(outcome).toEqual({ status: "cancelled", message: "The run was cancelled." });
    expect(calls).toEqual(["discard"]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(events).toHaveLength(count);
    expect(count).toBe(3);
  });

  it("ends although a sink never lets go", async () => {
    const never = new Promise<never>(() => {});
    const sink: OutputSink = { open: () => never, commit: () => never, discard: () => never };
    const outcome = await hostRun(claim("refused"), { limits, spawn: localWorker, sink });
    expect(outcome.status).toBe("bad input");
  });
});
