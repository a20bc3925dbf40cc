import { describe, expect, it } from "vitest";
import { SubscriptionLinks } from "./links.ts";

const site = new URL("https://papers.example.org");
const links = new SubscriptionLinks(Buffer.alloc(32, 1), site);
const id = "abcdefghjkmn";
const keyOf = (path: string): string => new URL(path, site).searchParams.get("key") ?? "";

describe("links of a subscription", () => {
  it("lead to the site and are read as what they were made for, and nothing else", () => {
    expect(links.url("unsubscribe", id)).toMatch(/^https:\/\/papers\.example\.org\/inbox\/unsubscribe\?key=[\w.-]+$/);
    const key = keyOf(links.path("manage", id));
    expect(links.read("manage", key)).toBe(id);
    expect(links.read("unsubscribe", key)).toBeUndefined();
    expect(new SubscriptionLinks(Buffer.alloc(32, 2), site).read("manage", key)).toBeUndefined();
    const [, signature = ""] = key.split(".");
    const changed = (signature.startsWith("A") ? "B" : "A") + signature.slice(1);
    for (const given of ["", id, `${id}.`, `${id}.${changed}`, `zzzzzzzzzzzz.${signature}`, `${key}A`, key.slice(1)]) {
      expect(links.read("manage", given), given).toBeUndefined();
    }
  });
});
