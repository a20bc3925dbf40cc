import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { tools } from "./tool.ts";

const [tool] = tools;
const jury = "voter,1,2,3,4\na,x,y,z,w\nb,x,z,y,w\nc,y,x,w,z\n";
const entries = "item,group\nx,north\ny,north\nz,south\nw,south\n";
const apply = (rankings: string | Uint8Array, items?: string, options = {}, name = "r.csv") =>
  applyTool(
    tool,
    toolInput({ rankings: { [name]: rankings }, ...(items === undefined ? {} : { items: { "i.csv": items } }) }),
    {
      k: 2,
      bootstrap: 5,
      ...options,
    },
  );

describe("multiwinner-fairness choose", () => {
  it("reserves southern seats in its sample and shows what that changes", async () => {
    const { summary, text, tables, charts } = await applySample(tool);
    expect(summary).toMatch(/^Seated 6 of 16 items from 30 rankings under 2 rules/);
    expect(tables.committees?.rows.every((row) => Number(row.seats_south) >= 3)).toBe(true);
    expect(text("committee.csv").trim().split("\n").length).toBe(13);
    expect(charts["what-if"]).toBeDefined();
  });

  it("gives the exact committee of a tiny jury", async () => {
    const { text } = await apply(jury, entries, { score: "borda", min: "south=1", bootstrap: 0 });
    expect(text("committee.csv")).toBe(
      "score,seat,item,group,without_quota,seated_in_resamples\nborda,1,x,north,true,\nborda,2,z,south,false,\n",
    );
  });

  it("reads PrefLib files and partial rankings", async () => {
    const soc = "# TITLE: t\n# ALTERNATIVE NAME 1: one\n# ALTERNATIVE NAME 2: two\n3: 1,2\n1: 2\n";
    const { summary } = await apply(soc, undefined, { k: 1, score: "sntv" }, "r.soi");
    expect(summary).toMatch(/^Seated 1 of 2 items from 4 rankings/);
  });

  it.each([
    ["voter,1,2\na,x,x\n", undefined, {}, /line 2: an item stands twice/],
    ["voter,1,2\na,,x\n", undefined, {}, /ranks nothing|follows an empty place/],
    ["voter\na\n", undefined, {}, /one column/],
    [jury, entries, { min: "west=1" }, /there is no group "west".*north, south/],
    [jury, entries, { min: "south" }, /not of the form group=seats/],
    [jury, entries, { min: "south=3" }, /3 seats are reserved for south, which has 2 items/],
    [jury, entries, { k: 9 }, /9 seats are wanted and there are 4 items/],
    [jury, undefined, { min: "south=1" }, /no groups are given/],
    [jury, "item,group\nx,north\n", {}, /the item "y" is ranked and has no group/],
    [jury, "thing,group\nx,north\n", {}, /there is no column "item"/],
  ])("refuses %j with %j and %j", async (rankings, items, options, message) => {
    await expect(apply(rankings, items, options)).rejects.toThrow(message);
  });

  it("answers any bytes with a committee or a clear refusal", async () => {
    const cells = fc.array(
      fc.array(fc.constantFrom("x", "y", "z", "", "1: 2,3", "# A", '"'), { minLength: 1, maxLength: 4 }),
      { maxLength: 5 },
    );
    const content = fc.oneof(
      cells.map((rows) => new TextEncoder().encode(rows.map((r) => r.join(",")).join("\n"))),
      fc.uint8Array({ maxLength: 80 }),
    );
    await fc.assert(
      fc.asyncProperty(content, fc.constantFrom("r.csv", "r.soc"), async (bytes, name) => {
        try {
          const { outputs } = await apply(bytes, undefined, { k: 1 }, name);
          expect(Object.keys(outputs)).toEqual(["committee.csv"]);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
      }),
      { numRuns: 200 },
    );
  });
});
