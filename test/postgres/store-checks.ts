import { expect, it } from "vitest";
import { appendEvents, insertEvents, listEvents, readLog } from "../../src/store/events.ts";
import { insertFiles, listFiles, readFileParts, readStoredFile } from "../../src/store/files.ts";
import {
  beginRun,
  cancelRequests,
  deleteRun,
  endRun,
  getRun,
  insertRun,
  interruptRun,
  latestVerdicts,
  listRuns,
  mostInterruptions,
  requestCancel,
  requeueRun,
  setTicket,
} from "../../src/store/runs.ts";
import type { Store } from "../../src/store/store.ts";
import { someRun } from "../../src/store/testing.ts";

const note = (seq: number) => ({ seq, at: seq * 10, event: { type: "note", markdown: `note ${seq}` } });
const failed = { state: "failed" as const, outcome: { status: "failed", message: "x" } };

/** What every store must do, embedded or server. */
export function checkStore(store: () => Store): void {
  it("returns a run as it was stored", async () => {
    const { db } = store();
    const params = { text: "a\0b", nested: { list: [1, 2.5, "x"], none: null } };
    const id = await insertRun(db, someRun({ slug: "round-trip", params }));
    expect(id).toMatch(/^[a-z2-9]{12}$/);
    expect(await getRun(db, id)).toMatchObject({
      id,
      slug: "round-trip",
      seed: 4_000_000_000,
      params: { text: "a\ufffdb", nested: { list: [1, 2.5, "x"], none: null } },
      state: "queued",
      outcome: null,
      attempts: 0,
      started: null,
      created: expect.any(Date),
    });
    expect(await getRun(db, "unknown")).toBeUndefined();
    await deleteRun(db, id);
    expect(await getRun(db, id)).toBeUndefined();
  });

  it("lets one worker begin a queued run, and only its current attempt write and end", async () => {
    const { db } = store();
    const id = await insertRun(db, someRun());
    const begun = await Promise.all([beginRun(db, id), beginRun(db, id)]);
    expect(begun.filter((run) => run !== undefined)).toHaveLength(1);
    expect(await appendEvents(db, id, 1, [note(1)])).toBe(true);
    // Again, since the answer was lost, and with what came meanwhile: each event is there once.
    expect(await appendEvents(db, id, 1, [note(1), note(2)])).toBe(true);
    expect(await appendEvents(db, id, 2, [note(3)])).toBe(false);
    expect(await requeueRun(db, id, 1)).toBe(true);
    expect(await listEvents(db, id)).toHaveLength(2);
    expect((await beginRun(db, id))?.attempts).toBe(2);
    expect(await listEvents(db, id)).toEqual([]);
    expect(await appendEvents(db, id, 1, [note(3)])).toBe(false);
    expect(await endRun(db, id, 1, failed)).toBe(false);
    expect(await appendEvents(db, id, 2, [note(1)])).toBe(true);
    expect(await endRun(db, id, 2, { ...failed, durationMs: 5 })).toBe(true);
    expect(await endRun(db, id, 2, failed)).toBe(false);
    expect(await getRun(db, id)).toMatchObject({ ...failed, durationMs: 5, finished: expect.any(Date) });
    expect(await listEvents(db, id)).toEqual([note(1)]);
  });

  it("puts an interrupted run back, and ends it when that was too often", async () => {
    const { db } = store();
    const id = await insertRun(db, someRun());
    expect(await interruptRun(db, id, failed)).toBeUndefined();
    for (let interruptions = 1; interruptions < mostInterruptions; interruptions++) {
      await beginRun(db, id);
      expect(await interruptRun(db, id, failed)).toMatchObject({ state: "queued", interruptions });
    }
    await beginRun(db, id);
    expect(await interruptRun(db, id, failed)).toMatchObject({ ...failed, interruptions: mostInterruptions });
    expect(await beginRun(db, id)).toBeUndefined();
  });

  it("asks for cancellation while there is something to cancel", async () => {
    const { db } = store();
    const id = await insertRun(db, someRun());
    await setTicket(db, id, "6f0e5f5e-5a5c-4c57-9a5e-0a4f4f3f0b11");
    expect(await cancelRequests(db, [id])).toEqual([]);
    expect(await requestCancel(db, id)).toBe("queued");
    expect(await cancelRequests(db, [id, "other"])).toEqual([id]);
    expect(await endRun(db, id, "queued", { state: "cancelled", outcome: { status: "cancelled" } })).toBe(true);
    expect(await requestCancel(db, id)).toBeUndefined();
  });

  it("reads a log page by page, with the state of the same moment", async () => {
    const { db } = store();
    const id = await insertRun(db, someRun());
    expect(await readLog(db, id, { attempt: 0, seq: 0, limit: 10 })).toEqual({
      attempt: 0,
      state: "queued",
      outcome: null,
      events: [],
    });
    await beginRun(db, id);
    await appendEvents(db, id, 1, [1, 2, 3, 4, 5].map(note));
    const page = async (attempt: number, seq: number) =>
      (await readLog(db, id, { attempt, seq, limit: 2 }))?.events.map((event) => event.seq);
    expect(await page(1, 0)).toEqual([1, 2]);
    expect(await page(1, 4)).toEqual([5]);
    expect(await page(1, 5)).toEqual([]);
    expect(await page(0, 4)).toEqual([1, 2]);
    expect((await readLog(db, id, { attempt: 1, seq: 4, limit: 2 }))?.events).toEqual([note(5)]);
    expect(await readLog(db, "unknown", { attempt: 1, seq: 0, limit: 2 })).toBeUndefined();
  });

  it("says the latest verdict of a paper and how many runs it rests on", async () => {
    const { db } = store();
    const slug = "verdicts";
    const done = async (verdict: "holds" | "does not hold", minute: number, more = {}) =>
      insertRun(
        db,
        someRun({ slug, state: "done", verdict, finished: new Date(Date.UTC(2024, 0, 1, 0, minute)), ...more }),
      );
    await done("holds", 1);
    const last = await done("does not hold", 3);
    await done("holds", 2, { scale: "full" });
    await done("holds", 9, { origin: "browser" });
    await done("holds", 9, { standard: false });
    await insertRun(db, someRun({ slug, state: "failed" }));
    await insertRun(db, someRun({ slug, state: "done", kind: "tool", tool: "t", scale: null }));
    const verdicts = await latestVerdicts(db, { slug });
    expect([...verdicts.keys()]).toEqual([slug]);
    expect(verdicts.get(slug)).toMatchObject({
      run: { id: last },
      runs: 3,
      outcomes: { holds: 2, "does not hold": 1 },
    });
    expect((await latestVerdicts(db, { slug, scale: "full" })).get(slug)?.runs).toBe(1);
    expect((await latestVerdicts(db, { slug, origins: ["browser"], anyParams: true })).get(slug)?.runs).toBe(1);
    expect((await latestVerdicts(db)).has(slug)).toBe(true);
    expect(await listRuns(db, { slug })).toHaveLength(7);
    expect(await listRuns(db, { slug, kind: "claim", states: ["done"], origins: ["server"], limit: 2 })).toHaveLength(
      2,
    );
  });

  it("stores files of any size up to the byte", async () => {
    const { db } = store();
    const id = await insertRun(db, someRun({ kind: "tool" }));
    const large = Uint8Array.from({ length: (2 << 20) + 3 }, (_, i) => (i * 31) & 255);
    await insertFiles(db, id, "in", [
      { role: "text", name: "large.bin", mediaType: "application/octet-stream", bytes: large },
      { role: "more", name: "empty", mediaType: "text/plain", bytes: new Uint8Array() },
    ]);
    await insertFiles(db, id, "out", [{ role: "", name: "o", mediaType: "text/plain", bytes: large.subarray(5, 9) }]);
    const files = await listFiles(db, id);
    expect(files.map(({ direction, position, role, size }) => [direction, position, role, size])).toEqual([
      ["in", 0, "text", large.byteLength],
      ["in", 1, "more", 0],
      ["out", 0, "", 4],
    ]);
    const [first, second, third] = await Promise.all(files.map((file) => readStoredFile(db, id, file)));
    expect(Buffer.compare(first ?? new Uint8Array(), large)).toBe(0);
    expect(second).toEqual(new Uint8Array());
    expect(third).toEqual(large.slice(5, 9));
    const parts: number[] = [];
    for await (const part of readFileParts(db, id, "in", 0)) parts.push(part.byteLength);
    expect(parts).toEqual([1 << 19, 1 << 19, 1 << 19, 1 << 19, 3]);
    await deleteRun(db, id);
    expect(await listFiles(db, id)).toEqual([]);
  });

  it("stores a whole log", async () => {
    const { db } = store();
    const id = await insertRun(db, someRun({ state: "done", origin: "browser" }));
    const events = Array.from({ length: 1203 }, (_, i) => note(i + 1));
    await insertEvents(db, id, events);
    expect(await listEvents(db, id)).toEqual(events);
  });
}
