import { describe, expect, it } from "vitest";
import { mailAddress, settingsOf } from "./settings.ts";

describe("settings", () => {
  it("have defaults for everything", () => {
    expect(settingsOf({})).toMatchObject({ publicUrl: undefined, admins: new Set(), proxies: 0 });
    expect(settingsOf({ LIVEPAPERS_URL: "", LIVEPAPERS_ADMIN: " ", LIVEPAPERS_PROXIES: "" }).proxies).toBe(0);
  });

  it("are read", () => {
    const settings = settingsOf({
      LIVEPAPERS_URL: "https://papers.example.org",
      LIVEPAPERS_ADMIN: "One@Example.org, two@example.org",
      LIVEPAPERS_PROXIES: "2",
      LIVEPAPERS_BOUNCES: "Bounces@papers.example.org",
    });
    expect(settings.bounces).toBe("bounces@papers.example.org");
    expect(settings.publicUrl?.origin).toBe("https://papers.example.org");
    expect([...settings.admins]).toEqual(["one@example.org", "two@example.org"]);
    expect(settings.proxies).toBe(2);
  });

  it.each([
    ["LIVEPAPERS_URL", "papers.example.org"],
    ["LIVEPAPERS_URL", "ftp://papers.example.org"],
    ["LIVEPAPERS_URL", "https://papers.example.org/below"],
    ["LIVEPAPERS_ADMIN", "somebody"],
    ["LIVEPAPERS_METRICS_TOKEN", "short"],
    ["LIVEPAPERS_BOUNCES", "on"],
    ["LIVEPAPERS_BOUNCES", "bounces+all@example.org"],
    ["LIVEPAPERS_BOUNCES", `${"b".repeat(29)}@example.org`],
    ["LIVEPAPERS_PROXIES", "-1"],
    ["LIVEPAPERS_PROXIES", "11"],
    ["LIVEPAPERS_PROXIES", "1.5"],
  ])("refuse %s=%s by name", (name, value) => {
    expect(() => settingsOf({ [name]: value })).toThrow(new RegExp(`^${name}: `));
  });

  it("know a mail address, and write it one way", () => {
    expect(mailAddress(" Ada@Example.ORG ")).toBe("ada@example.org");
    for (const text of [
      "",
      "ada",
      "ada@",
      "a b@example.org",
      "a@b",
      "a@example.org\r\nBcc: b@example.org",
      "ı@exampłe.org",
    ]) {
      expect(mailAddress(text), text).toBeUndefined();
    }
    expect(mailAddress(`${"a".repeat(250)}@example.org`)).toBeUndefined();
  });
});
