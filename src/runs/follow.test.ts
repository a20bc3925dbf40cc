import type { SQL } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import { expect, it } from "vitest";
import type { Db } from "../store/store.ts";
import { Bell, follow, type RunMessage } from "./follow.ts";
import { SharedLog } from "./shared-log.ts";
import type { StampedEvent } from "./types.ts";

const dialect = new PgDialect();

/** One run in memory, which answers the one statement that followers send, a moment later. */
function someRun(freshMs: number) {
  const state = { attempts: 1, state: "running", outcome: null as unknown, events: [] as StampedEvent[], queries: 0 };
  const execute = async (statement: SQL) => {
    state.queries += 1;
    const [attempt, seq, limit, id] = dialect.sqlToQuery(statement).params as [number, number, number, string];
    const { attempts, outcome } = state;
    const now = { attempts, state: state.state, outcome };
    const behind = state.events.filter((event) => event.seq > (attempt === attempts ? seq : 0)).slice(0, limit);
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (id !== "run") return { rows: [] };
    return { rows: behind.length > 0 ? behind.map((event) => ({ ...now, ...event })) : [{ ...now, seq: null }] };
  };
  const log = new SharedLog({ execute } as unknown as Db, freshMs);
  const bell = new Bell((id) => log.changed(id));
  const say = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const seq = state.events.length + 1;
      state.events.push({ seq, at: seq, event: { type: "note", markdown: `event ${seq}` } });
    }
    bell.ring("run");
  };
  const end = (): void => {
    state.state = "done";
    state.outcome = { status: "done" };
    bell.ring("run");
  };
  const watch = async (options: { after?: string; signal?: AbortSignal; id?: string } = {}): Promise<RunMessage[]> => {
    const { id = "run", ...more } = options;
    const seen: RunMessage[] = [];
    for await (const message of follow({ log, bell, id, pollMs: 60_000, recent: () => undefined, ...more })) {
      seen.push(message);
    }
    return seen;
  };
  return { state, log, bell, say, end, watch };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it("gives two hundred viewers every event once and in order, with a few queries for each ring", async () => {
  const run = someRun(60_000);
  run.say(3);
  const viewers = Array.from({ length: 200 }, () => run.watch());
  for (let ring = 0; ring < 20; ring++) {
    await pause(3);
    run.say(1 + (ring % 4));
  }
  // One who comes late and one who comes back see the same.
  viewers.push(run.watch());
  const back = run.watch({ after: "1-5" });
  await pause(3);
  run.end();
  const expected = [...run.state.events.map(({ seq }) => `1-${seq}`), `1-${run.state.events.length}`];
  for (const messages of await Promise.all(viewers)) expect(messages.map(({ cursor }) => cursor)).toEqual(expected);
  expect((await back).map(({ cursor }) => cursor)).toEqual(expected.slice(5));
  expect(run.state.queries).toBeLessThan(400); // 200 viewers and 21 rings would be 4,200
  expect(run.log.size).toBe(0);
});

it("tells everyone of a run that was started again", async () => {
  const run = someRun(60_000);
  run.say(2);
  const viewers = [run.watch(), run.watch()];
  await pause(10);
  Object.assign(run.state, { attempts: 2, events: [] });
  run.say(1);
  await pause(10);
  run.end();
  for (const messages of await Promise.all(viewers)) {
    expect(messages.map(({ type, cursor }) => `${type} ${cursor}`)).toEqual([
      "event 1-1",
      "event 1-2",
      "restart 2-0",
      "event 2-1",
      "outcome 2-1",
    ]);
  }
});

it("keeps nothing of viewers that left, of unknown runs and of queries that failed", async () => {
  const run = someRun(60_000);
  const gone = new AbortController();
  const viewers = [run.watch({ signal: gone.signal }), run.watch({ signal: gone.signal })];
  await pause(10);
  expect(run.log.size).toBe(1);
  gone.abort();
  await Promise.all(viewers);
  await expect(run.watch({ id: "none" })).rejects.toThrow('there is no run "none"');
  expect(run.log.size).toBe(0);

  let asked = 0;
  const failing = new SharedLog(
    { execute: () => Promise.reject(new Error(`down ${++asked}`)) } as unknown as Db,
    60_000,
  );
  const leave = failing.enter("run");
  await expect(failing.read("run", 0, 0)).rejects.toThrow("down 1");
  await expect(failing.read("run", 0, 0)).rejects.toThrow("down 2");
  leave();
  expect(failing.size).toBe(0);
});

it("asks again when an answer is old, for runs of other processes, where nothing rings", async () => {
  const run = someRun(0);
  const messages: RunMessage[] = [];
  const watching = (async () => {
    const options = { log: run.log, bell: run.bell, id: "run", pollMs: 5, recent: () => undefined };
    for await (const message of follow(options)) messages.push(message);
  })();
  await pause(10);
  run.state.events.push({ seq: 1, at: 1, event: { type: "note", markdown: "quietly" } });
  run.state.state = "done";
  await watching;
  expect(messages.map(({ type }) => type)).toEqual(["event", "outcome"]);
});
