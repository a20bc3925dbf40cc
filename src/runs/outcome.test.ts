import { describe, expect, it } from "vitest";
import { BadInput, Cancelled } from "../kit/errors.ts";
import { outcomeOf } from "./outcome.ts";
import { fromWire, LimitReached, memoryMessage, timeMessage, toWire } from "./protocol.ts";

describe("outcomeOf", () => {
  it("tells each kind of error apart, also after it has crossed between threads", () => {
    const cases: [Error, string, string][] = [
      [new BadInput("a cell is empty", { where: "a.csv, line 3" }), "bad input", "a.csv, line 3: a cell is empty."],
      [new Cancelled(), "cancelled", "The run was cancelled."],
      [new LimitReached(memoryMessage(64)), "limit", "The run needed more than 64 MB of memory and was stopped."],
      [
        new RangeError("Array buffer allocation failed"),
        "limit",
        "The run needed more memory than this machine gives it and was stopped.",
      ],
      [new RangeError("Invalid array length"), "failed", "The run failed: Invalid array length"],
      [new Error(""), "failed", "The run failed."],
    ];
    for (const [error, status, message] of cases) {
      expect(outcomeOf(error)).toEqual({ status, message });
      expect(outcomeOf(fromWire(structuredClone(toWire(error))))).toEqual({ status, message });
    }
    expect(outcomeOf("thrown text").status).toBe("failed");
    expect(outcomeOf(fromWire(toWire(undefined))).status).toBe("failed");
  });

  it("shows no folders of the server, no second line, and little of a long one", () => {
    const told = (message: string, more: object = {}) => {
      const outcome = outcomeOf(Object.assign(new Error(message), more));
      return "message" in outcome ? outcome.message : "";
    };
    expect(told("no file /srv/live papers/x")).not.toContain("/srv/live");
    expect(told("cannot load file:///home/me/app/a.js now")).toBe("The run failed: cannot load a.js now");
    expect(told("at C:\\Users\\me\\a.js")).toBe("The run failed: at a.js");
    expect(told("first\nsecond")).toBe("The run failed: first");
    expect(told("x".repeat(5000)).length).toBeLessThan(250);
    expect(told("ENOENT: no such file, open '/srv/a/b'", { code: "ENOENT" })).toBe("The run failed: ENOENT");
    expect(told("ratio 3/4 and 1/2")).toBe("The run failed: ratio 3/4 and 1/2");
  });
});

describe("timeMessage", () => {
  it("speaks in the largest whole unit", () => {
    const unit = (ms: number) => timeMessage(ms).slice("The run took longer than ".length, -" and was stopped.".length);
    expect([60_000, 600_000, 90_000, 1000, 1500].map(unit)).toEqual([
      "1 minute",
      "10 minutes",
      "90 seconds",
      "1 second",
      "1500 milliseconds",
    ]);
  });
});
