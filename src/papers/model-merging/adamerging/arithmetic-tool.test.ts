import { describe, expect, it } from "vitest";
import { memoryFile } from "../../../kit/files.ts";
import { openSafetensors, readTree } from "../../../kit/safetensors.ts";
import { applySample, applyTool } from "../../../kit/testing.ts";
import { sketchFile } from "../checkpoints/fixtures.ts";
import { arithmeticTool as tool } from "./arithmetic-tool.ts";

const base = [
  await sketchFile("base.safetensors", [
    { name: "a.weight", values: [1, 2] },
    { name: "a.bias", values: [0] },
  ]),
];
const experts = [
  await sketchFile("p.safetensors", [
    { name: "a.weight", values: [3, 2] },
    { name: "a.bias", values: [1] },
  ]),
  await sketchFile("q.safetensors", [
    { name: "a.weight", values: [1, 6] },
    { name: "a.bias", values: [-2] },
  ]),
];
const coefficients = (text: string) => [memoryFile("lambda.csv", text)];

async function merged(applied: Awaited<ReturnType<typeof applyTool>>): Promise<Record<string, number[]>> {
  const bytes = applied.outputs["merged.safetensors"] ?? new Uint8Array();
  const tree = await readTree(await openSafetensors(memoryFile("merged", bytes)));
  return Object.fromEntries(Object.entries(tree).map(([name, { data }]) => [name, [...data]]));
}

describe("task arithmetic on files", () => {
  it("adds λ times every task vector, one λ for all or one an expert", async () => {
    expect(await merged(await applyTool(tool, { base, experts }, { lambda: [0.5] }))).toEqual({
      "a.weight": [2, 4],
      "a.bias": [-0.5],
    });
    expect(await merged(await applyTool(tool, { base, experts }, { lambda: [1, 0] }))).toEqual({
      "a.weight": [3, 2],
      "a.bias": [1],
    });
  });

  it("takes coefficients by name or pattern, the first that fits, and λ for the rest", async () => {
    const rules = coefficients("tensor,p,q\n*.bias,0,0.25\na.*,1,1\n");
    expect(await merged(await applyTool(tool, { base, experts, coefficients: rules }))).toEqual({
      "a.weight": [3, 6],
      "a.bias": [-0.5],
    });
    const one = coefficients("tensor,p,q\na.bias,1,0\n");
    expect(await merged(await applyTool(tool, { base, experts, coefficients: one }, { lambda: [0] }))).toEqual({
      "a.weight": [1, 2],
      "a.bias": [1],
    });
  });

  it("says which pattern fits nothing", async () => {
    const rules = coefficients("tensor,p,q\nblocks.*,1,1\n");
    const { notes } = await applyTool(tool, { base, experts, coefficients: rules });
    expect(notes.join(" ")).toMatch(/No merged tensor fits `blocks\.\*` of lambda\.csv/);
  });

  it.each([
    ["no column tensor", "name,p,q\n*,1,1\n", /lambda\.csv.*no column "tensor"/],
    ["too few columns", "tensor,p\n*,1\n", /1 columns of coefficients for 2 experts/],
    ["an empty name", "tensor,p,q\n,1,1\n", /line 2, column tensor: the name is empty/],
    ["a cell that is no number", "tensor,p,q\n*,1,much\n", /line 2, column q: "much" is not a finite number/],
    ["nothing", "", /lambda\.csv: the file is empty/],
  ])("refuses %s", async (_, text, message) => {
    await expect(applyTool(tool, { base, experts, coefficients: coefficients(text) })).rejects.toThrow(message);
  });

  it("refuses coefficients for another number of experts", async () => {
    await expect(applyTool(tool, { base, experts }, { lambda: [0.1, 0.2, 0.3] })).rejects.toThrow(
      /--lambda: there are 3 coefficients for 2 experts/,
    );
  });

  it("works on its sample", async () => {
    const { summary, outputs } = await applySample(tool);
    expect(Object.keys(outputs)).toEqual(["merged.safetensors"]);
    expect(summary).toMatch(/^The task vectors of 3 experts added to the base with coefficients of their own/);
  });
});
