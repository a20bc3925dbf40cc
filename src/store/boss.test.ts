import { expect, it } from "vitest";
import { openBoss } from "./boss.ts";
import { embeddedStore } from "./embedded-testing.ts";

const store = embeddedStore();

it("a fault of the queue's upkeep is told once, by whoever of those who share it is left", async () => {
  const told: unknown[] = [];
  const log = (...line: unknown[]): void => void told.push(line);
  const [first, second] = [await openBoss(store(), log), await openBoss(store(), log)];
  expect(second.boss).toBe(first.boss);
  first.boss.emit("error", new Error("one"));
  await first.release();
  second.boss.emit("error", new Error("two"));
  expect(told).toEqual([
    ["queue: one", "error"],
    ["queue: two", "error"],
  ]);
  await second.release();
});
