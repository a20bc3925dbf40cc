import { expect, it } from "vitest";
import type { RunMessage, RunService } from "../../src/runs/service.ts";
import type { StampedEvent } from "../../src/runs/types.ts";
import { listEvents } from "../../src/store/events.ts";
import { listFiles, readStoredFile } from "../../src/store/files.ts";
import { getRun, latestVerdicts } from "../../src/store/runs.ts";
import type { Store } from "../../src/store/store.ts";

export async function collect(messages: AsyncIterable<RunMessage>): Promise<RunMessage[]> {
  const all: RunMessage[] = [];
  for await (const message of messages) all.push(message);
  return all;
}

export const eventsOf = (messages: readonly RunMessage[]): StampedEvent[] =>
  messages.flatMap((message) => (message.type === "event" ? [message.event] : []));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What the run service must do on every store. */
export function checkService(current: () => { service: RunService; store: Store }): void {
  it("runs a claim, tells every viewer the same, and keeps it", async () => {
    const { service, store } = current();
    const id = await service.submit({ kind: "claim", slug: "draws", seed: "5", params: { "step-ms": "30" } });
    const [first, second] = await Promise.all([collect(service.subscribe(id)), collect(service.subscribe(id))]);
    const late = await collect(service.subscribe(id));
    expect(second).toEqual(first);
    expect(late).toEqual(first);
    expect(first.at(-1)).toMatchObject({ type: "outcome", outcome: { status: "done", verdict: { outcome: "holds" } } });
    const events = eventsOf(first);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(await listEvents(store.db, id)).toEqual(events);
    expect(await service.get(id)).toMatchObject({
      slug: "draws",
      scale: "quick",
      seed: 5,
      params: { draws: 6, stepMs: 30 },
      standard: false,
      state: "done",
      verdict: "holds",
      attempts: 1,
      origin: "server",
      durationMs: expect.any(Number),
    });
    expect(await service.cancel(id)).toBe(false);
  });

  it("resumes at any cursor, live or later, without loss or repetition", async () => {
    const { service } = current();
    const id = await service.submit({ kind: "claim", slug: "draws", params: { stepMs: 40 } });
    const parts: RunMessage[] = [];
    let after: string | undefined;
    for (let done = false; !done; ) {
      let taken = 0;
      for await (const message of service.subscribe(id, after === undefined ? {} : { after })) {
        parts.push(message);
        after = message.cursor;
        done = message.type === "outcome";
        taken += 1;
        if (taken === 3) break; // the connection drops
      }
    }
    expect(parts).toEqual(await collect(service.subscribe(id)));
    const middle = parts[4]?.cursor ?? "";
    expect(await collect(service.subscribe(id, { after: middle }))).toEqual(parts.slice(5));
    const elsewhere = await collect(service.subscribe(id, { after: "7-3" }));
    expect(elsewhere).toEqual([{ type: "restart", cursor: "1-0" }, ...parts]);
  });

  it("lets a viewer leave", async () => {
    const { service } = current();
    const id = await service.submit({ kind: "claim", slug: "spinning" });
    const controller = new AbortController();
    const seen: RunMessage[] = [];
    for await (const message of service.subscribe(id, { signal: controller.signal })) {
      seen.push(message);
      controller.abort();
    }
    expect(seen.map(({ type }) => type)).toEqual(["event"]);
    expect(await service.cancel(id)).toBe(true);
    expect((await collect(service.subscribe(id))).at(-1)).toMatchObject({ outcome: { status: "cancelled" } });
    await expect(collect(service.subscribe("nothing"))).rejects.toThrow('there is no run "nothing"');
  });

  it("cancels runs in progress and in the queue", async () => {
    const { service } = current();
    const ids: string[] = [];
    // One after another: the first is sure to be among the two that run.
    for (let i = 0; i < 3; i++) ids.push(await service.submit({ kind: "claim", slug: "spinning" }));
    const [, , third = ""] = ids;
    for await (const message of service.subscribe(ids[0] ?? "")) if (message.type === "event") break;
    const queued = await Promise.all(ids.map((id) => service.get(id)));
    expect(queued.some((run) => run?.state === "queued")).toBe(true);
    expect(await Promise.all([...ids].reverse().map((id) => service.cancel(id)))).toEqual([true, true, true]);
    for (const id of ids) {
      const messages = await collect(service.subscribe(id));
      expect(messages.at(-1)).toMatchObject({ type: "outcome", outcome: { status: "cancelled" } });
      expect(await service.get(id)).toMatchObject({ state: "cancelled" });
    }
    expect(await service.cancel(third)).toBe(false);
  });

  it("applies a tool to files and keeps what it made", async () => {
    const { service, store } = current();
    const id = await service.submit(
      { kind: "tool", slug: "files", tool: "upper", params: { copies: "2" } },
      {
        text: [{ name: "a.txt", bytes: bytes("abc\n") }],
        more: [{ name: "b.txt", blob: new Blob(["d\ne"]) }],
      },
    );
    expect((await collect(service.subscribe(id))).at(-1)).toMatchObject({
      outcome: { status: "done", summary: "3 lines in capitals.", outputs: [{ name: "upper.txt", bytes: 16 }, {}] },
    });
    const files = await listFiles(store.db, id);
    expect(files.map(({ direction, name }) => `${direction} ${name}`)).toEqual([
      "in a.txt",
      "in b.txt",
      "out upper.txt",
      "out counts.json",
    ]);
    const made = files.find(({ name }) => name === "upper.txt");
    const content = made && (await readStoredFile(store.db, id, made));
    expect(new TextDecoder().decode(content)).toBe("ABC\nABC\nD\nD\nE\nE\n");
  });

  it("refuses what cannot be run before it is queued", async () => {
    const { service } = current();
    const claim = (more: object) => service.submit({ kind: "claim", slug: "draws", ...more });
    await expect(claim({ slug: "nothing" })).rejects.toThrow('there is no paper "nothing"');
    await expect(claim({ slug: "files" })).rejects.toThrow("not runnable yet");
    await expect(claim({ scale: "huge" })).rejects.toThrow('--scale: "huge" is not one of quick, full.');
    for (const seed of ["x", -1, 2 ** 32, 1.5, ""]) await expect(claim({ seed })).rejects.toThrow("--seed");
    await expect(claim({ params: { draws: 0 } })).rejects.toThrow("--draws: 0 is not a whole number from 1 to 1000.");
    await expect(claim({ params: { drawz: 1 } })).rejects.toThrow("Did you mean --draws?");
    const tool = (name: string, files: object) =>
      service.submit({ kind: "tool", slug: "files", tool: name }, files as never);
    await expect(tool("uper", {})).rejects.toThrow('Did you mean "upper"?');
    await expect(tool("upper", {})).rejects.toThrow("text: a file is missing");
    await expect(tool("upper", { text: [{ name: "a", bytes: new Uint8Array(2000) }] })).rejects.toThrow(
      "a: the files are larger than the limit of 1000 B. Use the command line for larger files.",
    );
  });

  it("holds a run to limits of its own", async () => {
    const { service } = current();
    const end = async (limits: { timeMs: number; memoryMb: number }) => {
      const id = await service.submit(
        { kind: "claim", slug: "draws", params: { stepMs: 60, draws: 60 } },
        {},
        { limits },
      );
      return (await collect(service.subscribe(id))).at(-1);
    };
    expect(await end({ timeMs: 1500, memoryMb: 512 })).toMatchObject({ outcome: { status: "limit" } });
    // Wider ones than the service's change nothing.
    expect(await end({ timeMs: 1e9, memoryMb: 1e6 })).toMatchObject({ outcome: { status: "done" } });
  });

  it("stores a run together with what is said about it, or neither", async () => {
    const { service, store } = current();
    const request = { kind: "claim" as const, slug: "draws" };
    const seen: string[] = [];
    const id = await service.submit(request, {}, { alongside: async (_tx, run) => void seen.push(run) });
    expect(seen).toEqual([id]);
    const alongside = async (_tx: unknown, run: string) => {
      seen.push(run);
      throw new Error("too many");
    };
    await expect(service.submit(request, {}, { alongside })).rejects.toThrow("too many");
    const outcome = { status: "failed" as const, message: "x" };
    await expect(service.record(request, [], outcome, { alongside })).rejects.toThrow("too many");
    expect(await Promise.all(seen.slice(1).map((run) => getRun(store.db, run)))).toEqual([undefined, undefined]);
    await collect(service.subscribe(id));
  });

  it("answers a request that comes again with the run that is there", async () => {
    const { service } = current();
    const job = { kind: "tool" as const, slug: "files", tool: "upper" };
    const files = (text: string) => ({ text: [{ name: "a.txt", bytes: bytes(text) }] });
    const once = { asker: "address:one", key: "a key of sixteen" };
    const together = await Promise.all([1, 2, 3].map(() => service.submit(job, files("a"), { once })));
    const [id = ""] = together;
    expect(new Set(together)).toEqual(new Set([id]));
    await collect(service.subscribe(id));
    // Limits that hold for new runs do not refuse one that is there.
    const refusing = { once, alongside: () => Promise.reject(new Error("too many")) };
    expect(await service.submit(job, files("a"), refusing)).toBe(id);
    await expect(service.submit(job, files("b"), { once })).rejects.toThrow("Idempotency-Key: this key was used");
    await expect(service.submit({ ...job, seed: 2 }, files("a"), { once })).rejects.toThrow("this key was used");
    const others = { once: { ...once, asker: "address:two" } };
    const theirs = await service.submit(job, files("b"), others);
    expect(theirs).not.toBe(id);
    await collect(service.subscribe(theirs));
  });

  it("tells how runs fail", async () => {
    const { service } = current();
    const end = async (slug: string) => {
      const id = await service.submit({ kind: "claim", slug });
      await collect(service.subscribe(id));
      return (await service.get(id))?.outcome;
    };
    expect(await end("refused")).toEqual({ status: "bad input", message: "--draws: draws is odd." });
    expect(await end("broken")).toEqual({
      status: "failed",
      message: "The run failed: cannot read place.ts of undefined",
    });
  });

  it("records a run made in a browser, marked and not counted", async () => {
    const { service, store } = current();
    const verdict = {
      outcome: "holds" as const,
      parts: [
        {
          name: "main",
          required: false,
          outcome: "does not hold" as const,
          inequality: "1 > 0",
          measured: [{ label: "x", value: 1 }],
          reported: [],
        },
      ],
    };
    const before = (await latestVerdicts(store.db, { slug: "draws", anyParams: true })).get("draws")?.runs;
    const id = await service.record(
      { kind: "claim", slug: "draws", seed: 3 },
      [
        { seq: 4, at: 1.5, event: { type: "progress", fraction: 0.5, message: "half" } },
        { seq: 9, at: 20, event: { type: "note", markdown: "done\0" } },
      ],
      { status: "done", verdict },
      { platform: "Some Browser" },
    );
    expect(await service.get(id)).toMatchObject({
      origin: "browser",
      state: "done",
      platform: "Some Browser",
      durationMs: 20,
      standard: true,
      // What the card says is taken from the card, and the verdict follows from the parts.
      verdict: "does not hold",
      outcome: { verdict: { outcome: "does not hold", parts: [{ required: true, inequality: "x > 0" }] } },
    });
    expect(eventsOf(await collect(service.subscribe(id))).map(({ seq, at }) => [seq, at])).toEqual([
      [1, 2],
      [2, 20],
    ]);
    expect((await latestVerdicts(store.db, { slug: "draws", anyParams: true })).get("draws")?.runs).toBe(before);
  });

  it("refuses a recorded run that does not fit", async () => {
    const { service } = current();
    const failed = { status: "failed" as const, message: "x" };
    const record = (events: unknown, outcome: unknown, more: object = {}) =>
      service.record({ kind: "claim", slug: "draws", ...more }, events as never, outcome as never);
    const chart = { type: "chart", name: "c", alt: "c", spec: { layer: [{ data: { url: "https://example.org" } }] } };
    await expect(record([{ at: 0, event: chart }], failed)).rejects.toThrow("a chart with links");
    await expect(record([{ at: 0, event: { type: "other" } }], failed)).rejects.toMatchObject({ name: "BadInput" });
    await expect(record([], { status: "done", summary: "s", outputs: [] })).rejects.toThrow("has a verdict");
    await expect(record([], { status: "done", verdict: { parts: [] } })).rejects.toThrow("does not fit the paper");
    await expect(record([], failed, { params: { draws: -1 } })).rejects.toThrow("--draws");
  });
}
