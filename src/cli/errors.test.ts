import { describe, expect, it } from "vitest";
import { oneLine } from "./errors.ts";

describe("what a command says of an error", () => {
  it("is what the database says of a query that failed, not the query", () => {
    const cause = new Error("string is too long for tsvector");
    expect(oneLine(new Error(`Failed query: \n  insert ${"x".repeat(500)}\nparams: 1`, { cause }))).toBe(
      "the database: string is too long for tsvector",
    );
  });

  it("is one line, and not a long one", () => {
    expect(oneLine(new Error("two\n  lines"))).toBe("two lines");
    expect(oneLine(new Error(`first:\n${"x".repeat(500)}`))).toBe("first. LIVEPAPERS_DEBUG=1 shows more.");
    expect(oneLine("")).toBe("something went wrong");
  });
});
