import { expect, it } from "vitest";
import { insertFiles, listFiles } from "../../src/store/files.ts";
import { hiddenCards, hideCard, unhideCard } from "../../src/store/hidden.ts";
import {
  disownRuns,
  forgetBrowserRecords,
  forgetVisitorRuns,
  ownerOf,
  ownRun,
  runLoad,
  runsOfOwners,
  shareRun,
} from "../../src/store/owners.ts";
import {
  addLink,
  countLinks,
  endSession,
  endSessions,
  findSession,
  forgetOldLinks,
  type Person,
  peekLink,
  signIn,
} from "../../src/store/people.ts";
import { accountName, deletePerson, exportPerson, voteList } from "../../src/store/personal-data.ts";
import { noteRequest, requestedRun } from "../../src/store/requests.ts";
import { getRun, insertRun } from "../../src/store/runs.ts";
import {
  addBookmark,
  bookmarkedOf,
  bookmarksOf,
  followField,
  followsOf,
  removeBookmark,
  tagBookmark,
  unfollowField,
} from "../../src/store/shelf.ts";
import { castVote, countSignals, recordRead, recordRunner } from "../../src/store/signals.ts";
import type { Store } from "../../src/store/store.ts";
import { someRun } from "../../src/store/testing.ts";

let made = 0;
const unique = (what: string): string => `${what}-${++made}`;

/** Accounts on every store. */
export function checkAccounts(store: () => Store): void {
  async function link(mail: string, minutes = 15) {
    const [token, browser] = [unique("token"), unique("browser")];
    await addLink(store().db, { token, browser, mail, next: "/claims", minutes });
    return { token, browser };
  }

  async function person(mail = `${unique("ada")}@example.org`): Promise<{ person: Person; session: string }> {
    const session = unique("session");
    const signedIn = await signIn(store().db, { ...(await link(mail)), session, days: 30 });
    if (!signedIn) throw new Error("the link did not work");
    return { person: signedIn.person, session };
  }

  it("signs in once by a link, in the browser that asked", async () => {
    const { db } = store();
    const mail = `${unique("once")}@example.org`;
    const { token, browser } = await link(mail);
    const session = unique("session");
    for (const other of [
      { token, browser: "another" },
      { token: "another", browser },
    ]) {
      expect(await peekLink(db, other.token, other.browser)).toBeUndefined();
      expect(await signIn(db, { ...other, session, days: 30 })).toBeUndefined();
    }
    expect(await peekLink(db, token, browser)).toBe(mail);
    // Of many that try at once, one succeeds.
    const tries = await Promise.all(
      Array.from({ length: 5 }, (_, i) => signIn(db, { token, browser, session: `${session}-${i}`, days: 30 })),
    );
    expect(tries.filter((result) => result !== undefined)).toEqual([
      { next: "/claims", person: { id: expect.any(String), mail, created: expect.any(Date) } },
    ]);
    expect(await peekLink(db, token, browser)).toBeUndefined();
    expect(await signIn(db, { token, browser, session, days: 30 })).toBeUndefined();
    const open = await Promise.all(tries.map((_, i) => findSession(db, `${session}-${i}`)));
    expect(open.filter((found) => found?.mail === mail)).toHaveLength(1);
  });

  it("takes no link that is too old, or was overtaken", async () => {
    const { db } = store();
    const mail = `${unique("late")}@example.org`;
    const old = await link(mail, 0);
    expect(await peekLink(db, old.token, old.browser)).toBeUndefined();
    expect(await signIn(db, { ...old, session: unique("session"), days: 30 })).toBeUndefined();
    const [first, second] = [await link(mail), await link(mail)];
    expect(await signIn(db, { ...second, session: unique("session"), days: 30 })).toBeDefined();
    expect(await signIn(db, { ...first, session: unique("session"), days: 30 })).toBeUndefined();
    expect(await countLinks(db, mail, 15)).toBe(3);
    expect(await countLinks(db, "nobody@example.org", 15)).toBe(0);
  });

  it("knows a person again, and ends one session or all", async () => {
    const { db } = store();
    const first = await person();
    const second = await person(first.person.mail);
    const other = await person();
    expect(second.person).toEqual(first.person);
    expect(await findSession(db, first.session)).toEqual(first.person);
    await endSession(db, first.session);
    expect(await findSession(db, first.session)).toBeUndefined();
    expect(await findSession(db, second.session)).toEqual(first.person);
    await endSessions(db, first.person.id);
    expect(await findSession(db, second.session)).toBeUndefined();
    expect(await findSession(db, other.session)).toEqual(other.person);
    expect(await findSession(db, "")).toBeUndefined();
  });

  it("keeps no token in the clear, and nothing longer than it must", async () => {
    const { db } = store();
    const mail = `${unique("gone")}@example.org`;
    const { token } = await link(mail);
    const rows = JSON.stringify([
      await db.execute("select * from livepapers.sign_in_links"),
      await db.execute("select * from livepapers.sessions"),
    ]);
    expect(rows).toContain(mail);
    expect(rows).not.toContain(token);
    expect(rows).not.toMatch(/(?:token|browser|session)-\d/);
    await db.execute(
      `update livepapers.sign_in_links set created = now() - interval '25 hours' where mail = '${mail}'`,
    );
    const expired = await person();
    await db.execute(
      `update livepapers.sessions set expires = now() - interval '1 second' where person = '${expired.person.id}'`,
    );
    expect(await findSession(db, expired.session)).toBeUndefined();
    await forgetOldLinks(db);
    expect(await countLinks(db, mail, 100_000)).toBe(0);
    expect((await exportPerson(db, expired.person)).sessions).toEqual([]);
  });

  it("keeps bookmarks with tags, and follows, for each person", async () => {
    const { db } = store();
    const [ada, bob] = [(await person()).person.id, (await person()).person.id];
    await addBookmark(db, ada, "one");
    await tagBookmark(db, ada, "one", ["to read", "a'b\"c"]);
    await addBookmark(db, ada, "one");
    await addBookmark(db, ada, "two");
    await tagBookmark(db, bob, "one", ["mine"]);
    const bookmarks = await bookmarksOf(db, ada);
    expect(new Map(bookmarks.map(({ slug, tags }) => [slug, tags]))).toEqual(
      new Map([
        ["one", ["to read", "a'b\"c"]],
        ["two", []],
      ]),
    );
    expect(await bookmarksOf(db, bob)).toEqual([]);
    expect(await bookmarkedOf(db, ada, ["one", "three"])).toEqual(new Set(["one"]));
    expect(await bookmarkedOf(db, ada, [])).toEqual(new Set());
    await removeBookmark(db, ada, "one");
    expect((await bookmarksOf(db, ada)).map(({ slug }) => slug)).toEqual(["two"]);
    for (const field of ["llm-systems", "llm-systems", "data-selection"]) await followField(db, ada, field);
    expect(await followsOf(db, ada)).toEqual(["data-selection", "llm-systems"]);
    await unfollowField(db, ada, "llm-systems");
    expect(await followsOf(db, ada)).toEqual(["data-selection"]);
    expect(await followsOf(db, bob)).toEqual([]);
  });

  it("knows whose a run is, and counts what an owner and an address have under way", async () => {
    const { db } = store();
    const [owner, address] = [unique("account:x"), unique("home")];
    const own = async (state: "queued" | "done", who = owner) => {
      const id = await insertRun(db, someRun({ state }));
      await ownRun(db, id, { owner: who, address });
      return id;
    };
    const [first, second] = [await own("queued"), await own("done")];
    await own("queued", unique("visitor:y"));
    expect(await ownerOf(db, first)).toEqual({ owner, shared: false });
    await shareRun(db, first, true);
    expect(await ownerOf(db, first)).toEqual({ owner, shared: true });
    expect(await ownerOf(db, "unknown")).toBeUndefined();
    expect((await runsOfOwners(db, [owner], 10)).map(({ id }) => id).sort()).toEqual([first, second].sort());
    expect(await runsOfOwners(db, [], 10)).toEqual([]);
    expect(await db.transaction((tx) => runLoad(tx, { owner }))).toEqual({ open: 1, today: 2 });
    expect(await db.transaction((tx) => runLoad(tx, { address }))).toEqual({ open: 2, today: 3 });
  });

  it("forgets a visitor's tool runs and files after some days, and whose claims were", async () => {
    const { db } = store();
    const [owner, fresh] = [unique("visitor:old"), unique("visitor:new")];
    const own = async (who: string, kind: "claim" | "tool", state: "queued" | "done" = "done") => {
      const id = await insertRun(db, someRun({ kind, state, tool: kind === "tool" ? "t" : null }));
      await insertFiles(db, id, "in", [
        { role: "a", name: "mine.csv", mediaType: "text/csv", bytes: Buffer.from("x") },
      ]);
      await ownRun(db, id, { owner: who });
      return id;
    };
    const [tool, claim, running] = [
      await own(owner, "tool"),
      await own(owner, "claim"),
      await own(owner, "tool", "queued"),
    ];
    const [account, recent] = [await own(unique("account:z"), "tool"), await own(fresh, "tool")];
    await db.execute(
      `update livepapers.run_owners set at = now() - interval '31 days' where run_id in ('${tool}', '${claim}', '${running}', '${account}')`,
    );
    await forgetVisitorRuns(db, 30);
    expect(await getRun(db, tool)).toBeUndefined();
    expect(await listFiles(db, tool)).toEqual([]);
    expect(await getRun(db, claim)).toBeDefined();
    expect(await ownerOf(db, claim)).toBeUndefined();
    for (const kept of [running, account, recent]) expect(await ownerOf(db, kept)).toBeDefined();
    await disownRuns(db, fresh);
    expect(await getRun(db, recent)).toBeUndefined();
  });

  it("forgets records from visitors' browsers after some days, and none that an account or the server made", async () => {
    const { db } = store();
    const own = async (origin: "browser" | "server", owner?: string) => {
      const id = await insertRun(db, someRun({ origin, state: "done" }));
      if (owner) await ownRun(db, id, { owner: unique(owner) });
      return id;
    };
    const gone = [await own("browser"), await own("browser", "visitor:y")];
    const kept = [await own("server"), await own("server", "visitor:y"), await own("browser", "account:z")];
    const old = [...gone, ...kept].map((id) => `'${id}'`).join(", ");
    await db.execute(`update livepapers.runs set created = now() - interval '31 days' where id in (${old})`);
    kept.push(await own("browser"));
    await forgetBrowserRecords(db, 30);
    for (const id of gone) expect(await getRun(db, id)).toBeUndefined();
    for (const id of kept) expect(await getRun(db, id)).toBeDefined();
  });

  it("gives a person everything that is stored, and forgets it", async () => {
    const { db } = store();
    const [{ person: ada, session }, { person: bob }] = [await person(), await person()];
    const slug = unique("paper");
    const runs: string[] = [];
    for (const who of [ada, bob]) {
      await addBookmark(db, who.id, slug);
      await followField(db, who.id, "llm-systems");
      await castVote(db, slug, { id: accountName(who.id), address: "home" });
      await recordRead(db, slug, { id: accountName(who.id) });
      for (const kind of ["tool", "claim"] as const) {
        const id = await insertRun(db, someRun({ kind, slug, state: "done" }));
        await ownRun(db, id, { owner: accountName(who.id) });
        await recordRunner(db, id, slug, { id: accountName(who.id) });
        await noteRequest(db, { asker: accountName(who.id), key: kind, content: "" }, id);
        runs.push(id);
      }
    }
    const data = await exportPerson(db, ada);
    expect(data).toMatchObject({
      account: { mail: ada.mail },
      sessions: [{ created: expect.any(Date) }],
      bookmarks: [{ slug }],
      follows: ["llm-systems"],
      votes: [{ slug }],
      reads: [{ slug, day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) }],
    });
    expect(data.runs).toHaveLength(2);
    expect(JSON.stringify(data)).not.toContain(bob.mail);
    await deletePerson(db, ada);
    expect(await findSession(db, session)).toBeUndefined();
    expect(await Promise.all(runs.map(async (id) => (await getRun(db, id)) !== undefined))).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(await ownerOf(db, runs[1] ?? "")).toBeUndefined();
    for (const key of ["tool", "claim"]) {
      expect(await requestedRun(db, { asker: accountName(ada.id), key })).toBeUndefined();
      expect(await requestedRun(db, { asker: accountName(bob.id), key })).toBeDefined();
    }
    const left = await exportPerson(db, { ...ada });
    expect(left).toMatchObject({ sessions: [], bookmarks: [], follows: [], votes: [], reads: [], runs: [] });
    expect(await voteList(db, bob.id)).toHaveLength(1);
    expect((await countSignals(db, { slugs: [slug] })).get(slug)?.votes.ballots).toBe(1);
    expect((await person(ada.mail)).person.id).not.toBe(ada.id);
  });

  it("hides cards and shows them again", async () => {
    const { db } = store();
    const slug = unique("hidden");
    await hideCard(db, slug, "first");
    await hideCard(db, slug, "spam");
    expect((await hiddenCards(db)).filter((card) => card.slug === slug)).toEqual([
      { slug, reason: "spam", at: expect.any(Date) },
    ]);
    await unhideCard(db, slug);
    expect((await hiddenCards(db)).some((card) => card.slug === slug)).toBe(false);
  });
}
