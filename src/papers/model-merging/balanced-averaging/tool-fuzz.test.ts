import fc from "fast-check";
import { expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { memoryFile } from "../../../kit/files.ts";
import type { AnyTool, OutputFile } from "../../../kit/paper.ts";
import { createToolRun } from "../../../kit/run.ts";
import { tools } from "./tool.ts";

const utf8 = new TextEncoder();

/** Ways in which a reader's file may be odd. */
function damaged(content: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.nat(content.length).map((length) => content.slice(0, length)),
    fc.array(fc.tuple(fc.nat(content.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }).map((changes) => {
      const copy = content.slice();
      for (const [at, value] of changes) copy[at] = value;
      return copy;
    }),
    fc.stringMatching(/^[a-z0-9,.\n"{}:[\]-]{0,60}$/).map((text) => utf8.encode(text)),
    fc
      .array(fc.record({ label: fc.oneof(fc.nat(3), fc.string()), logits_a: fc.jsonValue(), logits_b: fc.jsonValue() }))
      .map((rows) => utf8.encode(rows.map((row) => JSON.stringify(row)).join("\n"))),
  );
}

const options: Record<string, object> = { train: { hidden: 2, pretrainSteps: 2, steps: 2, points: 2 } };

it.each(tools.map((tool: AnyTool) => [tool.name, tool] as const))(
  "the tool %s never fails in another way than by refusing, and leaves no output open",
  async (name, tool) => {
    const { files, options: own = {} } = await tool.sample();
    const bytes = files.map(({ content }) => (typeof content === "string" ? utf8.encode(content) : content));
    const cases = fc
      .nat(files.length - 1)
      .chain((which) => damaged(bytes[which] as Uint8Array).map((content) => ({ which, content })));
    await fc.assert(
      fc.asyncProperty(cases, async ({ which, content }) => {
        const input = Object.fromEntries(
          tool.inputs.map((spec) => [
            spec.name,
            files.flatMap((file, i) =>
              file.input === spec.name ? [memoryFile(file.name, i === which ? content : (bytes[i] as Uint8Array))] : [],
            ),
          ]),
        );
        let [opened, closed] = [0, 0];
        const output: OutputFile = {
          write: async () => {},
          close: async () => {
            closed += 1;
          },
        };
        const run = createToolRun({ seed: 1, scale: "full", emit: () => {} }, async () => {
          opened += 1;
          return output;
        });
        try {
          await tool.apply(input, tool.options.parse({ points: 2, ...own, ...options[name] }), run);
          expect(opened).toBeGreaterThan(0);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
        expect(closed).toBe(opened);
      }),
      { numRuns: 40 },
    );
  },
);
