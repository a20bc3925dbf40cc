import { describe, expect, it } from "vitest";
import { loadMobyDick } from "./moby-dick.ts";

describe("Moby-Dick", () => {
  it("is the whole story, from the first chapter to the epilogue", async () => {
    const text = await loadMobyDick();
    expect(text.startsWith("Loomings.\n\nCall me Ishmael.")).toBe(true);
    expect(text.endsWith("only found another orphan.")).toBe(true);
    expect(text).toContain("\n\nThe Carpet-Bag.\n\n");
    expect(text.length).toBeGreaterThan(1_180_000);
    expect(text).not.toContain("\r");
    expect(await loadMobyDick()).toBe(text);
  });
});
