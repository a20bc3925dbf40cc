import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { forYou } from "../../src/feed/taste/for-you.ts";
import { hideCard } from "../../src/store/hidden.ts";
import { importPapers } from "../../src/store/papers.ts";
import { accountName, deletePerson, exportPerson } from "../../src/store/personal-data.ts";
import { addBookmark } from "../../src/store/shelf.ts";
import { castVote } from "../../src/store/signals.ts";
import type { Store } from "../../src/store/store.ts";
import { addAnswer, answersOf, forgetAnswers, setTaste, wantsTaste } from "../../src/store/tastes.ts";
import { someImport } from "./papers-checks.ts";

const now = new Date("2025-06-20T12:00:00Z");
const subjects = ["pruning", "diffusion", "retrieval"];
const idOf = (n: number): string => `2506.${String(10_000 + n)}`;

/** A reader's own ranking on every store. */
export function checkForYou(store: () => Store): void {
  const person = async (id: string) => {
    await store().db.execute(sql`insert into livepapers.people (id, mail) values (${id}, ${`${id}@example.org`})`);
    return { id, mail: `${id}@example.org`, created: now };
  };
  /** Sixty papers in turn on three subjects. */
  const fill = async (): Promise<void> => {
    await store().db.execute(sql`truncate livepapers.papers`);
    const papers = Array.from({ length: 60 }, (_, n) => {
      const subject = subjects[n % 3];
      return someImport(idOf(n), {
        serial: n,
        listed: "2025-06-19",
        title: `${subject} study ${n}`,
        abstract: `We look at ${subject}. It is ${subject} all along.`,
      });
    });
    await importPapers(store().db, papers, "arxiv");
  };
  const subjectOf = (slug: string): string => subjects[(Number(slug.slice(5)) - 10_000) % 3] ?? "";

  it("learns from votes, bookmarks and answers, and asks about what is not known yet", async () => {
    await fill();
    const { db } = store();
    const { id } = await person("taste-1");
    const blank = await forYou(db, id, now);
    expect(blank.entries).toEqual([]);
    expect(blank.questions).toHaveLength(3);

    await castVote(db, idOf(0), { id: accountName(id) });
    await addBookmark(db, id, idOf(3));
    await addAnswer(db, id, idOf(1), false);
    const own = await forYou(db, id, now);
    expect(own.counts).toEqual({ votes: 1, bookmarks: 1, answers: 1 });
    expect(new Set(own.entries.slice(0, 10).map(({ paper }) => subjectOf(paper.slug)))).toEqual(new Set(["pruning"]));
    expect(own.entries[0]?.because).toContain("pruning");
    const marked = [idOf(0), idOf(3), idOf(1)];
    for (const { slug } of [...own.questions, ...own.entries.map(({ paper }) => paper)]) {
      expect(marked).not.toContain(slug);
    }
    expect(await forYou(db, id, now)).toEqual(own);
  });

  it("is nobody else's, and asks no more than a dozen times a day", async () => {
    await fill();
    const { db } = store();
    const [mine, other] = [await person("taste-2"), await person("taste-3")];
    for (let n = 0; n < 12; n++) await addAnswer(db, mine.id, idOf(n), n % 3 === 0);
    expect((await forYou(db, mine.id, new Date())).questions).toEqual([]);
    expect((await forYou(db, mine.id, new Date(Date.now() + 86_400_000))).questions.length).toBeGreaterThan(0);
    expect(await answersOf(db, other.id)).toEqual([]);
    expect((await forYou(db, other.id, now)).entries).toEqual([]);
  });

  it("takes the last word on a paper, be it an answer, a vote or a bookmark", async () => {
    await fill();
    const { db } = store();
    const { id } = await person("taste-6");
    await addAnswer(db, id, idOf(0), false);
    await db.execute(sql`update livepapers.answers set at = at - interval '1 day' where person = ${id}`);
    await addBookmark(db, id, idOf(0));
    const liked = await forYou(db, id, now);
    expect(subjectOf(liked.entries[0]?.paper.slug ?? "")).toBe("pruning");
    expect(liked.entries[0]?.chance).toBeGreaterThan(0.5);
    await addAnswer(db, id, idOf(0), false);
    expect(subjectOf((await forYou(db, id, now)).entries[0]?.paper.slug ?? "")).not.toBe("pruning");
  });

  it("shows nothing that is hidden", async () => {
    await fill();
    const { db } = store();
    const { id } = await person("taste-4");
    await addAnswer(db, id, idOf(0), true);
    await hideCard(db, idOf(3), "withdrawn");
    const { entries, questions } = await forYou(db, id, now);
    expect([...entries.map(({ paper }) => paper.slug), ...questions.map(({ slug }) => slug)]).not.toContain(idOf(3));
  });

  it("is switched off, exported, taken back and deleted", async () => {
    const { db } = store();
    const ada = await person("taste-5");
    expect(await wantsTaste(db, ada.id)).toBe(true);
    await setTaste(db, ada.id, false);
    expect(await wantsTaste(db, ada.id)).toBe(false);
    await addAnswer(db, ada.id, "a", true);
    await addAnswer(db, ada.id, "b", false);
    await addAnswer(db, ada.id, "a", false);
    expect(await exportPerson(db, ada)).toMatchObject({
      forYou: { wanted: false, answers: [{ slug: "a", wouldRead: false }, { slug: "b" }] },
    });
    await forgetAnswers(db, ada.id, "a");
    expect((await answersOf(db, ada.id)).map(({ slug }) => slug)).toEqual(["b"]);
    await forgetAnswers(db, ada.id);
    expect(await answersOf(db, ada.id)).toEqual([]);
    await addAnswer(db, ada.id, "a", true);
    await deletePerson(db, ada);
    expect(await answersOf(db, ada.id)).toEqual([]);
    expect(await wantsTaste(db, ada.id)).toBe(true);
  });
}
