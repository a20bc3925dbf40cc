import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkAccounts } from "../../test/postgres/accounts-checks.ts";
import { checkPersonalData } from "../../test/postgres/personal-checks.ts";
import { embeddedStore } from "./embedded-testing.ts";
import { parseTags } from "./tags.ts";

const store = embeddedStore();

describe("accounts in the embedded store", () => {
  checkAccounts(store);
  checkPersonalData(store);
});

describe("tags", () => {
  it("are what was typed between commas, each once", () => {
    expect(parseTags(" To read,merging ,, to  READ, Ünïcode")).toEqual(["to read", "merging", "ünïcode"]);
    expect(parseTags("")).toEqual([]);
  });

  it("are few and short whatever is typed, and stay as they are when typed again", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (text) => {
        const tags = parseTags(text);
        expect(tags.length).toBeLessThanOrEqual(12);
        expect(new Set(tags).size).toBe(tags.length);
        for (const tag of tags) expect(tag.trim() === tag && tag.length > 0 && tag.length <= 40).toBe(true);
        expect(parseTags(tags.join(", "))).toEqual(tags);
      }),
    );
  });
});
