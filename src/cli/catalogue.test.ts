import { describe, expect, it } from "vitest";
import { isRunnable } from "../kit/paper.ts";
import { fieldsOf } from "../kit/params.ts";
import { catalogue } from "../papers/catalogue.ts";
import { ownFlags } from "./flags.ts";
import { roleFlag } from "./inputs.ts";
import { exampleOf } from "./show.ts";
import { cli, shellWords } from "./testing.ts";

const withTool = catalogue.filter((paper) => paper.tool);

describe("every paper on the command line", () => {
  it.each(catalogue.filter(isRunnable).map((paper) => [paper.card.slug, paper] as const))(
    "%s: parameters have flags of their own and descriptions",
    async (_slug, paper) => {
      const claim = (await paper.claim?.())?.claim;
      const fields = claim ? fieldsOf(claim.params) : [];
      for (const { flag, description } of fields) {
        expect(ownFlags).not.toContain(flag);
        expect(flag).toMatch(/^(?!no-)[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
        expect(description).not.toBe("");
      }
    },
  );

  it.each(withTool.map((paper) => [paper.card.slug, paper] as const))(
    "%s: options and inputs do not clash, and the example is a command line that is understood",
    async (slug, paper) => {
      const tools = (await paper.tool?.())?.tools ?? [];
      for (const tool of tools) {
        const flags = [...fieldsOf(tool.options).map(({ flag }) => flag), ...tool.inputs.map(roleFlag)];
        expect(new Set(flags).size).toBe(flags.length);
        for (const flag of flags) expect(["help", "json", "out", "force"]).not.toContain(flag);
        for (const { description } of fieldsOf(tool.options)) expect(description).not.toBe("");
        const example = shellWords(exampleOf(tool.name, tools.length, tool.example));
        const words = tools.length > 1 ? [tool.name, ...example] : example;
        // Its files are not here: being refused for that is being understood. --force keeps --out out of it.
        const { err, status } = await cli(["apply", slug, ...words, "--force"], {
          outcome: { status: "done", summary: "Done.", outputs: [] },
        });
        expect(err.includes("there is no such file") || status === 0, `${tool.example}: ${err}`).toBe(true);
      }
    },
  );
});
