import { describe, expect, it } from "vitest";
import type { RunEvent } from "../kit/paper.ts";
import { execute } from "./execute.ts";
import type { ClaimJob, ExecuteOptions, Outcome, RunLog, StampedEvent } from "./types.ts";

const catalogue = new URL("./fixtures/papers.ts", import.meta.url);

function claimJob(slug: string, params: Record<string, unknown> = {}): ClaimJob {
  return { kind: "claim", slug, scale: "quick", seed: 7, params: { draws: 6, stepMs: 0, ...params } };
}

async function run(
  job: ClaimJob,
  options: ExecuteOptions = {},
): Promise<{ outcome: Outcome; events: StampedEvent[]; logs: RunLog[] }> {
  const events: StampedEvent[] = [];
  const logs: RunLog[] = [];
  const outcome = await execute(job, {
    catalogue,
    onEvent: (event) => events.push(event),
    log: (entry) => logs.push(entry),
    ...options,
    limits: { workers: 2, ...options.limits },
  });
  return { outcome, events, logs };
}

function note(events: StampedEvent[]): string | undefined {
  const notes = events
    .map(({ event }) => event)
    .filter((event): event is RunEvent & { type: "note" } => event.type === "note");
  return notes[0]?.markdown;
}

describe("execute: a claim", () => {
  it("ends in a verdict, with events numbered without gaps and times that do not go back", async () => {
    const { outcome, events } = await run(claimJob("draws"));
    expect(outcome).toMatchObject({ status: "done", verdict: { outcome: "holds" } });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.filter(({ event }) => event.type === "table")).toHaveLength(6);
    expect(events.at(-1)?.event.type).toBe("note");
    for (const [i, { at }] of events.entries()) expect(at).toBeGreaterThanOrEqual(events[i - 1]?.at ?? 0);
  });

  it("gives the same numbers in parallel workers as in turn", async () => {
    const [inTurn, parallel] = await Promise.all([
      run(claimJob("draws"), { limits: { workers: 0 }, isolated: false }),
      run(claimJob("draws"), { limits: { workers: 3 } }),
    ]);
    expect(note(parallel.events)).toBe(note(inTurn.events));
    expect(note(inTurn.events)?.split(" ")).toHaveLength(6);
    expect(parallel.outcome).toEqual(inTurn.outcome);
    const other = await run({ ...claimJob("draws"), seed: 8 });
    expect(note(other.events)).not.toBe(note(inTurn.events));
  });

  it("keeps what papers print away from this process's output", async () => {
    const { outcome, logs } = await run(claimJob("printing"));
    expect(outcome.status).toBe("done");
    expect(logs.map(({ message }) => message).join("")).toContain("printed by a paper");
  });
});

describe("execute: runs that do not end well", () => {
  it("tells bad input by its message", async () => {
    expect((await run(claimJob("refused"))).outcome).toEqual({
      status: "bad input",
      message: "--draws: draws is odd.",
    });
    expect((await run(claimJob("nothing"))).outcome).toEqual({
      status: "bad input",
      message: 'there is no paper "nothing".',
    });
    expect((await run(claimJob("bad-trial"))).outcome).toEqual({
      status: "bad input",
      message: "draw 2 is not wanted.",
    });
  });

  it("tells a fault by one line without folders, and the stack to the log only", async () => {
    const { outcome, logs } = await run(claimJob("broken"));
    expect(outcome).toEqual({ status: "failed", message: "The run failed: cannot read place.ts of undefined" });
    expect(logs[0]?.stack).toContain("TypeError");
  });

  it("survives a stray error, an exit, and the exit of a trial's worker", async () => {
    const [crashed, exited, trial] = await Promise.all([
      run(claimJob("crashing")),
      run(claimJob("exiting")),
      run(claimJob("dying-trial")),
    ]);
    expect(crashed.outcome).toEqual({ status: "failed", message: "The run failed: a stray error" });
    expect(crashed.logs[0]?.stack).toContain("a stray error");
    expect(exited.outcome).toEqual({
      status: "failed",
      message: "The run failed: the worker ended too early (exit code 3)",
    });
    expect(trial.outcome).toEqual({
      status: "failed",
      message: "The run failed: the worker ended too early (exit code 7)",
    });
  });

  it("stops a run that never gives way: by its signal, and by its time", async () => {
    const controller = new AbortController();
    const cancelled = await run(claimJob("spinning"), {
      signal: controller.signal,
      onEvent: () => controller.abort(),
    });
    expect(cancelled.outcome).toEqual({ status: "cancelled", message: "The run was cancelled." });
    const late = await run(claimJob("spinning"), { limits: { timeMs: 1000 } });
    expect(late.outcome).toEqual({ status: "limit", message: "The run took longer than 1 second and was stopped." });
    const before = await run(claimJob("draws"), { signal: AbortSignal.abort() });
    expect(before).toMatchObject({ outcome: { status: "cancelled" }, events: [] });
  });

  it("stops a run, or a trial, that needs more memory than it may have", async () => {
    const message = "The run needed more than 64 MB of memory and was stopped.";
    for (const slug of ["hoarding", "hoarding-buffers", "greedy-trial"]) {
      const { outcome } = await run(claimJob(slug), { limits: { memoryMb: 64 } });
      expect(outcome, slug).toEqual({ status: "limit", message });
    }
    const inThread = await run(claimJob("hoarding-buffers"), { limits: { memoryMb: 64 }, isolated: false });
    expect(inThread.outcome).toEqual({ status: "limit", message });
  });
});
