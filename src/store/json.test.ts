import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toJson } from "./json.ts";

describe("toJson", () => {
  it("leaves ordinary values as JSON.stringify writes them", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "grapheme" }), (value) => {
        fc.pre(!JSON.stringify(value).includes("\\u0000"));
        expect(JSON.parse(toJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("replaces what PostgreSQL refuses, in values and keys, and nothing else", () => {
    const pair = "\ud83d\ude00";
    expect(JSON.parse(toJson({ a: `x\0y${pair}`, "k\0": ["\ud83d", "\ude00z", "\u0001"] }))).toEqual({
      a: `x\ufffdy${pair}`,
      "k\ufffd": ["\ufffd", "\ufffdz", "\u0001"],
    });
    expect(toJson(undefined)).toBe("null");
  });

  it("keeps a text that spells an escape", () => {
    expect(JSON.parse(toJson({ a: "\\u0000" }))).toEqual({ a: "\\u0000" });
  });
});
