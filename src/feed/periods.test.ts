import { describe, expect, it } from "vitest";
import { parsePeriod, periodOf } from "./periods.ts";

describe("periods", () => {
  it("are days, ISO weeks and months", () => {
    expect(periodOf("day", "2026-11-23")).toEqual({
      name: "day",
      key: "2026-11-23",
      since: "2026-11-23",
      until: "2026-11-24",
    });
    expect(periodOf("week", "2027-01-02")).toEqual({
      name: "week",
      key: "2026-W53",
      since: "2026-12-28",
      until: "2027-01-04",
    });
    expect(periodOf("month", "2024-02-29")).toEqual({
      name: "month",
      key: "2024-02",
      since: "2024-02-01",
      until: "2024-03-01",
    });
  });

  it("are read back from their key, and from nothing else", () => {
    for (const name of ["day", "week", "month"] as const) {
      const period = periodOf(name, "2026-12-31");
      expect(parsePeriod(name, period.key)).toEqual(period);
      for (const text of ["", "2026", "2026-13", "2026-02-30", "2026-W54", "2026-W00", "today", "9999-12", "0000-01"])
        expect(parsePeriod(name, text)).toBeUndefined();
    }
  });
});
