import { describe, expect, it } from "vitest";
import { Fresh } from "./fresh.ts";

describe("values that are kept", () => {
  const setUp = () => {
    const clock = { now: 0 };
    let made = 0;
    const fresh = new Fresh<number>(60, 10, () => clock.now);
    const get = () => fresh.get("key", async () => ++made);
    return { clock, fresh, get };
  };

  it("are given while they are new, once more when they are old, and not on another day", async () => {
    const { clock, get } = setUp();
    expect(await get()).toBe(1);
    clock.now = 60;
    expect(await get()).toBe(1);
    clock.now = 61;
    expect(await get()).toBe(1);
    expect(await get()).toBe(2);
    clock.now += 601;
    expect(await Promise.all([get(), get()])).toEqual([3, 3]);
    expect(await get()).toBe(3);
  });

  it("can be looked at when they are there, and only as long as they are given", async () => {
    const { clock, fresh, get } = setUp();
    const first = get();
    expect(fresh.peek("key")).toBeUndefined();
    await first;
    expect(fresh.peek("key")).toBe(1);
    clock.now = 601;
    expect(fresh.peek("key")).toBeUndefined();
  });

  it("can be aged, which nobody waits for, and forgotten", async () => {
    const { fresh, get } = setUp();
    await get();
    fresh.age();
    expect(await get()).toBe(1);
    expect(await get()).toBe(2);
    fresh.age();
    const old = get();
    fresh.clear(); // while a new value is being made
    await old;
    expect(fresh.peek("key")).toBeUndefined();
    expect(await get()).toBe(4);
  });

  it("that were begun before they aged are not kept as new", async () => {
    const clock = { now: 0 };
    const ends: ((value: string) => void)[] = [];
    const fresh = new Fresh<string>(60, 10, () => clock.now);
    const get = () => fresh.get("key", () => new Promise((resolve) => ends.push(resolve)));
    const first = get();
    ends[0]?.("first");
    await first;
    clock.now = 61;
    await get(); // begins the second
    fresh.age();
    await get(); // begins the third
    ends[1]?.("begun before");
    await new Promise((resolve) => setImmediate(resolve));
    expect(await get()).toBe("first");
    ends[2]?.("begun after");
    await new Promise((resolve) => setImmediate(resolve));
    expect([await get(), ends.length]).toEqual(["begun after", 3]);
  });

  it("are made again after a failure, and the old one is given meanwhile", async () => {
    const clock = { now: 0 };
    let fails = false;
    const fresh = new Fresh<number>(60, 10, () => clock.now);
    const get = () => fresh.get("key", () => (fails ? Promise.reject(new Error("away")) : Promise.resolve(clock.now)));
    await get();
    [clock.now, fails] = [61, true];
    expect(await get()).toBe(0);
    clock.now = 700;
    await expect(get()).rejects.toThrow("away");
    fails = false;
    await new Promise((resolve) => setImmediate(resolve));
    expect(await get()).toBe(700);
  });
});
