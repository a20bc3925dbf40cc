import { describe, expect, it } from "vitest";
import { fieldIds } from "../kit/fields.ts";
import { catalogue } from "../papers/catalogue.ts";
import type { Listed } from "./list.ts";
import { cli } from "./testing.ts";

describe("livepapers list", () => {
  it("prints one JSON array with the agreed keys", async () => {
    const { status, out, err } = await cli(["list", "--json"]);
    const papers = JSON.parse(out) as Listed[];
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(papers).toHaveLength(catalogue.length);
    for (const paper of papers) {
      expect(Object.keys(paper)).toEqual(["slug", "title", "field", "year", "arxiv", "runnable", "tool", "where"]);
    }
    expect(papers.find(({ slug }) => slug === "system-ranking")).toMatchObject({ runnable: true, where: "anywhere" });
  });

  it("keeps to one field", async () => {
    const { out } = await cli(["list", "--json", "--field", "model-merging"]);
    expect(new Set((JSON.parse(out) as Listed[]).map(({ field }) => field))).toEqual(new Set(["model-merging"]));
  });

  it("fits the terminal", async () => {
    for (const columns of [80, 120]) {
      const { out } = await cli(["list"], { columns });
      for (const line of out.split("\n").slice(0, -2)) expect([...line].length).toBeLessThanOrEqual(columns);
      expect(out).toContain("● system-ranking");
    }
  });

  it("refuses an unknown field and names the nearest", async () => {
    const { status, out, err } = await cli(["list", "--field", "model-mergin"]);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toBe('livepapers: --field: there is no field "model-mergin". Did you mean "model-merging"?\n');
    expect((await cli(["list", "--field", "zzzzzzzz"])).err).toContain(fieldIds.join(", "));
  });
});

describe("livepapers show", () => {
  it("prints the card as JSON", async () => {
    const { status, out } = await cli(["show", "system-ranking", "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      slug: "system-ranking",
      runnable: true,
      links: { arxiv: "https://arxiv.org/abs/2202.03799" },
      claim: { parts: [{ name: "scale" }, {}, {}, {}] },
    });
  });

  it("prints summary, claim, inequalities, figures and how to run it", async () => {
    const { out } = await cli(["show", "system-ranking"]);
    for (const piece of [
      "Summary",
      "decided by:",
      "12.25",
      "livepapers reproduce system-ranking",
      "livepapers apply",
    ]) {
      expect(out).toContain(piece);
    }
  });

  it("refuses an unknown slug and names the nearest", async () => {
    const { status, err } = await cli(["show", "system-rankings"]);
    expect(status).toBe(2);
    expect(err).toBe('livepapers: there is no paper "system-rankings". Did you mean "system-ranking"?\n');
  });
});
