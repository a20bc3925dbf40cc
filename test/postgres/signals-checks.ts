import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { addDelivery, sentSlugs } from "../../src/store/deliveries.ts";
import { rowsOf } from "../../src/store/rows.ts";
import { beginRun, endRun, insertRun } from "../../src/store/runs.ts";
import {
  addressWeight,
  castVote,
  countSignals,
  countVotes,
  deleteSignals,
  forgetAddressBallots,
  moveSignals,
  recordRead,
  recordRunner,
  retractVote,
  votesOf,
} from "../../src/store/signals.ts";
import type { Store } from "../../src/store/store.ts";
import { someRun } from "../../src/store/testing.ts";

async function doneRun({ db }: Store, slug: string): Promise<string> {
  const id = await insertRun(db, someRun({ slug }));
  await beginRun(db, id);
  await endRun(db, id, 1, { state: "done", outcome: {}, verdict: "holds" });
  return id;
}

/** Ballots on every store: one a person, whatever is tried. */
export function checkSignals(store: () => Store): void {
  it("counts one ballot a person and paper, however often it is cast", async () => {
    const { db } = store();
    for (const id of ["account:1", "address:a"]) {
      for (let time = 0; time < 50; time++) {
        expect(await castVote(db, "stuffed", { id, address: id })).toBe(time === 0);
        await recordRead(db, "stuffed", { id, address: id }, new Date(Date.UTC(2026, 0, 1 + time)));
      }
      for (let time = 0; time < 3; time++) {
        await recordRunner(db, await doneRun(store(), "stuffed"), "stuffed", { id, address: id });
      }
    }
    expect((await countSignals(db, { slugs: ["stuffed"] })).get("stuffed")).toMatchObject({
      votes: { ballots: 2, weight: 2 },
      reads: { ballots: 2 },
      runs: { ballots: 2 },
    });
    expect(await votesOf(db, "account:1", ["stuffed", "other"])).toEqual(new Set(["stuffed"]));
    expect(await votesOf(db, "account:1", [])).toEqual(new Set());
    expect(await retractVote(db, "stuffed", "account:1")).toBe(true);
    expect(await retractVote(db, "stuffed", "account:1")).toBe(false);
    expect((await countSignals(db, { slugs: ["stuffed"] })).get("stuffed")?.votes.ballots).toBe(1);
  });

  it("caps what the accounts of one address weigh, and not those of many", async () => {
    const { db } = store();
    for (let n = 0; n < 40; n++) {
      const one = { id: `account:${n}`, address: "farm" };
      await castVote(db, "farmed", one);
      await recordRead(db, "farmed", one);
      await castVote(db, "liked", { id: `account:${n}`, address: `home ${n}` });
    }
    const run = await doneRun(store(), "farmed");
    await recordRunner(db, run, "farmed", { id: "account:1", address: "farm" });
    const counts = await countSignals(db, { slugs: ["farmed", "liked"] });
    expect(counts.get("farmed")).toMatchObject({
      votes: { ballots: addressWeight },
      reads: { ballots: addressWeight },
      runs: { ballots: 1 },
    });
    expect(counts.get("liked")?.votes.ballots).toBe(40);
    expect(await countVotes(db, ["farmed", "liked", "unknown"])).toEqual(
      new Map([
        ["farmed", addressWeight],
        ["liked", 40],
      ]),
    );
    expect(await countVotes(db, [])).toEqual(new Map());
  });

  it("halves a ballot for every half-life, and counts a run only when it is done", async () => {
    const { db } = store();
    const now = new Date("2026-03-10T00:00:00Z");
    const day = (n: number) => new Date(now.getTime() - n * 86_400_000);
    await castVote(db, "aged", { id: "account:1" }, day(0));
    await castVote(db, "aged", { id: "account:2" }, day(2));
    await castVote(db, "aged", { id: "account:3" }, day(4));
    await recordRead(db, "aged", { id: "account:1" }, day(2));
    await recordRunner(db, await insertRun(db, someRun({ slug: "aged" })), "aged", { id: "account:1" });
    const aged = async (since: Date) =>
      (await countSignals(db, { since, now, halfLifeDays: 2, slugs: ["aged"] })).get("aged");
    expect((await aged(day(10)))?.votes.weight).toBeCloseTo(1.75, 9);
    expect(await aged(day(3))).toMatchObject({ votes: { ballots: 2 }, reads: { weight: 0.5 }, runs: { ballots: 0 } });
    const before = await countSignals(db, { until: day(1), slugs: ["aged"] });
    expect(before.get("aged")?.votes.ballots).toBe(2);
  });

  it("forgets those of readers not signed in once lists look no further back, and no others", async () => {
    const { db } = store();
    const today = Date.parse(new Date().toISOString().slice(0, 10));
    const day = (n: number) => new Date(today - n * 86_400_000);
    for (const kind of ["address", "account"]) {
      for (const age of [60, 61]) {
        const id = `${kind}:${age}`;
        await recordRead(db, "past", { id, address: id }, day(age));
        const run = await doneRun(store(), "past");
        await recordRunner(db, run, "past", { id, address: id });
        const finished = new Date(day(age).getTime() + (age === 61 ? 86_399_000 : 0)).toISOString();
        await db.execute(sql`update livepapers.runs set finished = ${finished}::timestamptz where id = ${run}`);
      }
    }
    const past = async (since?: Date) =>
      (await countSignals(db, { ...(since ? { since } : {}), slugs: ["past"] })).get("past");
    expect(await past()).toMatchObject({ reads: { ballots: 4 }, runs: { ballots: 4 } });
    const recent = await past(day(60));
    expect(recent).toMatchObject({ reads: { ballots: 2 }, runs: { ballots: 2 } });
    await forgetAddressBallots(db, 60);
    expect(await past(day(60))).toMatchObject({ reads: { ballots: 2 }, runs: { ballots: 2 } });
    expect(await past()).toMatchObject({ reads: { ballots: 3 }, runs: { ballots: 3 } });
    const left = await db.execute(sql`
      select reader as who from livepapers.reads where slug = 'past'
      union select runner from livepapers.run_ballots where slug = 'past' order by 1`);
    expect(rowsOf(left)).toEqual([{ who: "account:60" }, { who: "account:61" }, { who: "address:60" }]);
  });

  it("moves ballots to another paper without doubling, and forgets a person", async () => {
    const { db } = store();
    for (const slug of ["imported", "runnable"]) await castVote(db, slug, { id: "account:both" });
    await castVote(db, "imported", { id: "account:gone" });
    await recordRead(db, "imported", { id: "account:gone" });
    await recordRunner(db, await doneRun(store(), "imported"), "imported", { id: "account:gone" });
    await db.execute(sql`
      insert into livepapers.subscriptions (id, mail, every, hour, zone, due)
      values ('moved', 'moved@example.org', 'day', 7, 'UTC', now())`);
    await addDelivery(db, { subscription: "moved", period: "2026-11-27", slugs: ["imported", "other"] });
    await addDelivery(db, { subscription: "moved", period: "2026-11-28", slugs: ["another"] });
    await moveSignals(db, "imported", "runnable");
    expect(await sentSlugs(db, "moved")).toEqual(new Set(["other", "runnable", "another"]));
    const of = async () => (await countSignals(db, { slugs: ["imported", "runnable"] })).get("runnable");
    expect(await of()).toMatchObject({ votes: { ballots: 2 }, reads: { ballots: 1 }, runs: { ballots: 1 } });
    await deleteSignals(db, "account:gone");
    expect(await of()).toMatchObject({ votes: { ballots: 1 }, reads: { ballots: 0 }, runs: { ballots: 0 } });
  });
}
