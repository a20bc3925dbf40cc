import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import { digestPeriod, nextSending, readWish, usualWish, zoneNames } from "./wish.ts";

const daily = (hour: number, zone: string) => ({ every: "day" as const, hour, zone });

describe("the moment of sending", () => {
  it("is the hour on the subscriber's clock", () => {
    const sent = nextSending(daily(7, "Asia/Tokyo"), new Date("2026-11-27T00:00:00Z"));
    expect(sent.toISOString()).toBe("2026-11-27T22:00:00.000Z");
    expect(nextSending(daily(7, "Asia/Tokyo"), sent).toISOString()).toBe("2026-11-28T22:00:00.000Z");
  });

  it("moves with the clocks, and comes once on the days they change", () => {
    const moments = (from: string, hour: number, count: number): string[] => {
      const list: string[] = [];
      for (let at = new Date(from); list.length < count; ) {
        at = nextSending(daily(hour, "Europe/Berlin"), at);
        list.push(at.toISOString().slice(0, 16));
      }
      return list;
    };
    expect(moments("2026-03-28T00:00:00Z", 7, 3)).toEqual(["2026-03-28T06:00", "2026-03-29T05:00", "2026-03-30T05:00"]);
    // 02:30 does not exist on the 29th, so that two o'clock is three o'clock.
    expect(moments("2026-03-28T00:00:00Z", 2, 3)).toEqual(["2026-03-28T01:00", "2026-03-29T01:00", "2026-03-30T00:00"]);
    // Two o'clock comes twice on the 25th; the digest comes with the first.
    expect(moments("2026-10-24T12:00:00Z", 2, 2)).toEqual(["2026-10-25T00:00", "2026-10-26T01:00"]);
  });

  it("is a Monday for weekly ones", () => {
    const weekly = { every: "week" as const, hour: 8, zone: "America/New_York" };
    const sent = nextSending(weekly, new Date("2026-11-27T00:00:00Z"));
    expect(sent.toISOString()).toBe("2026-11-30T13:00:00.000Z");
    expect(nextSending(weekly, sent).toISOString()).toBe("2026-12-07T13:00:00.000Z");
    expect(digestPeriod(weekly, sent)).toBe("2026-W49");
  });

  it("comes in every period once, in every zone, at every hour, all year", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("day" as const, "week" as const),
        fc.constantFrom(
          "UTC",
          "Europe/Berlin",
          "America/Santiago",
          "Australia/Lord_Howe",
          "Africa/Cairo",
          "Asia/Beirut",
        ),
        fc.integer({ min: 0, max: 23 }),
        fc.date({ min: new Date("2024-01-01"), max: new Date("2030-01-01"), noInvalidDate: true }),
        (every, zone, hour, start) => {
          const wish = { every, zone, hour };
          let at = nextSending(wish, start);
          for (let i = 0; i < 40; i++) {
            const next = nextSending(wish, at);
            const period = DateTime.fromJSDate(at, { zone }).plus(every === "day" ? { days: 1 } : { weeks: 1 });
            expect(digestPeriod(wish, next)).toBe(digestPeriod(wish, period.toJSDate()));
            at = next;
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("a wish", () => {
  it("is as usual where the form says nothing that is understood", () => {
    expect(readWish({})).toEqual(usualWish);
    expect(readWish({ every: "hour", fields: ["x", 7], hour: "24", zone: "Mars/Olympus" })).toEqual(usualWish);
    expect(readWish({ hour: "-1", zone: "../../etc/passwd" })).toEqual(usualWish);
    const wish = { every: "week", fields: ["llm-systems"], hour: 22, zone: "Europe/Paris" } as const;
    expect(readWish({ ...wish, hour: "22" })).toEqual(wish);
    expect(readWish(wish)).toEqual(wish);
  });

  it("can have every zone that is offered", () => {
    for (const zone of zoneNames()) expect(readWish({ zone }).zone).toBe(zone);
  });
});
