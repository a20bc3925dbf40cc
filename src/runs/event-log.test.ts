import { describe, expect, it } from "vitest";
import { EventLog, type EventLogOptions, RunLost } from "./event-log.ts";
import { Bell } from "./follow.ts";
import type { StampedEvent } from "./types.ts";

const event = (seq: number, markdown = "x"): StampedEvent => ({ seq, at: seq, event: { type: "note", markdown } });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function made(options: Partial<EventLogOptions> = {}) {
  const stored: number[][] = [];
  const failures: Error[] = [];
  let rings = 0;
  const log = new EventLog({
    append: async (events) => {
      await pause(5);
      stored.push(events.map(({ seq }) => seq));
      return true;
    },
    onStored: () => {
      rings += 1;
    },
    onFailure: (reason) => failures.push(reason),
    ...options,
  });
  return { log, stored, failures, rings: () => rings };
}

describe("EventLog", () => {
  it("stores everything once, in order, in batches, and tells after each", async () => {
    const { log, stored, rings } = made();
    for (let seq = 1; seq <= 120; seq++) log.push(event(seq));
    await log.close();
    expect(stored.flat()).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
    expect(stored.map((batch) => batch.length)).toEqual([50, 50, 20]);
    expect(rings()).toBe(3);
  });

  it("stores a lone event without being closed", async () => {
    const { log, stored } = made();
    log.push(event(1));
    while (stored.length === 0) await pause(20);
    expect(stored).toEqual([[1]]);
    await log.close();
  });

  it("has the latest stored events at hand, and never an incomplete rest", async () => {
    const { log } = made();
    expect(log.recent(0)).toBeUndefined();
    for (let seq = 1; seq <= 700; seq++) log.push(event(seq));
    await log.close();
    expect(log.recent(0)).toBeUndefined();
    expect(log.recent(199)).toBeUndefined();
    expect(log.recent(200)?.map(({ seq }) => seq)).toEqual(Array.from({ length: 500 }, (_, i) => i + 201));
    expect(log.recent(698)?.map(({ seq }) => seq)).toEqual([699, 700]);
    expect(log.recent(700)).toEqual([]);
  });

  it("says so when the run is no longer its own, or the database fails", async () => {
    const lost = made({ append: async () => false });
    lost.log.push(event(1));
    await expect(lost.log.close()).rejects.toBeInstanceOf(RunLost);
    expect(lost.failures[0]).toBeInstanceOf(RunLost);
    const broken = made({ append: () => Promise.reject(new Error("no database")) });
    broken.log.push(event(1));
    await expect(broken.log.close()).rejects.toThrow("no database");
    expect(broken.log.recent(0)).toBeUndefined();
  });

  it("stops a run that reports without measure, and keeps what it has", async () => {
    const { log, stored, failures } = made();
    const large = "x".repeat(1 << 20);
    for (let seq = 1; seq <= 70; seq++) log.push(event(seq, large));
    await log.close();
    expect(failures.map(({ name }) => name)).toEqual(["LimitReached"]);
    expect(stored.flat()).toEqual(Array.from({ length: 63 }, (_, i) => i + 1));
  });
});

describe("Bell", () => {
  it("wakes those who listened before the ring, and only for their run", async () => {
    const bell = new Bell();
    const woken: string[] = [];
    const a = bell
      .listen("a")
      .heard(60_000)
      .then(() => woken.push("a"));
    const again = bell
      .listen("a")
      .heard(60_000)
      .then(() => woken.push("a"));
    const controller = new AbortController();
    const b = bell
      .listen("b")
      .heard(60_000, controller.signal)
      .then(() => woken.push("b"));
    bell.ring("a");
    await Promise.all([a, again]);
    expect(woken).toEqual(["a", "a"]);
    controller.abort();
    await b;
    await bell.listen("c").heard(1);
    expect(woken).toEqual(["a", "a", "b"]);
  });

  it("hears a ring between listening and waiting", async () => {
    const bell = new Bell();
    const listener = bell.listen("a");
    bell.ring("a");
    await listener.heard(60_000);
    expect(bell.listen("a")).toBeDefined();
  });
});
