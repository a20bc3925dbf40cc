import { expect, it } from "vitest";
import type { ClaimOutcome } from "../kit/paper.ts";
import { embeddedStore } from "./embedded-testing.ts";
import { insertRun, latestVerdicts, type NewRun } from "./runs.ts";
import { someRun } from "./testing.ts";
import { verdictsSince } from "./verdict-since.ts";

const store = embeddedStore();

const day = (n: number): Date => new Date(Date.UTC(2026, 0, n));
async function ended(slug: string, n: number, verdict: ClaimOutcome | null, more: Partial<NewRun> = {}): Promise<void> {
  await insertRun(store().db, someRun({ slug, state: "done", verdict, finished: day(n), ...more }));
}

it("is the first run of those that came out alike, of the runs that count", async () => {
  for (const [n, verdict] of [
    [1, "holds"],
    [2, "does not hold"],
    [3, "holds"],
    [5, "holds"],
  ] as const) {
    await ended("changed", n, verdict);
  }
  await ended("changed", 4, "does not hold", { standard: false });
  await ended("changed", 6, "inconclusive", { origin: "browser" });
  await ended("steady", 7, "inconclusive");
  await ended("steady", 8, "inconclusive");
  await ended("nobody's", 9, "holds", { state: "failed" });
  const since = await verdictsSince(store().db, ["changed", "steady", "nobody's", "unknown"]);
  expect(since).toEqual(
    new Map([
      ["changed", day(3)],
      ["steady", day(7)],
    ]),
  );
  const latest = await latestVerdicts(store().db);
  expect([...since.keys()].every((slug) => latest.has(slug))).toBe(true);
  expect(await verdictsSince(store().db, [])).toEqual(new Map());
});
