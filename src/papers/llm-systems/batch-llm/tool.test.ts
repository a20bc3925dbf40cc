import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { tools } from "./tool.ts";

const [tool] = tools;
const apply = (content: string | Uint8Array, options = {}) =>
  applyTool(tool, toolInput({ requests: { "b.jsonl": content } }), options);
const line = (id: string, prompt: string, max_tokens = 10) => JSON.stringify({ id, prompt, max_tokens });

describe("batch-llm plan", () => {
  it("groups its sample by handbook and writes a permutation of the lines", async () => {
    const { summary, text, tables } = await applySample(tool);
    expect(summary).toMatch(/^Put 12 requests into 3 groups/);
    const ids = text("planned.jsonl")
      .trim()
      .split("\n")
      .map((row) => String(JSON.parse(row).id).split("-")[1]);
    expect(ids).toEqual(["h2", "h2", "h2", "h2", "h1", "h1", "h1", "h1", "h0", "h0", "h0", "h0"]);
    expect(text("groups.csv").split("\n")[0]).toBe("group,prefix_tokens,requests,saved_tokens,first_request");
    expect(tables.estimate?.rows.length).toBe(4);
  });

  it("puts interleaved prompts of one prefix together, keeping every field", async () => {
    const rows = [
      line("1", "aa bb one"),
      '{"id":"2","prompt":"cc dd two","max_tokens":99,"extra":{"keep":true}}',
      line("3", "aa bb three"),
    ];
    const { text } = await apply(rows.join("\n"), { blockSize: 1 });
    const written = text("planned.jsonl").trim().split("\n");
    expect(written.map((row) => JSON.parse(row).id)).toEqual(["2", "1", "3"]);
    expect(written).toContain(rows[1]);
  });

  it("reads the OpenAI batch format", async () => {
    const message = (id: string, user: string) =>
      JSON.stringify({
        custom_id: id,
        body: {
          messages: [
            { role: "system", content: "be brief" },
            { role: "user", content: [{ type: "text", text: user }] },
          ],
        },
      });
    const { summary } = await apply(`${message("x", "one")}\n${message("y", "two")}\n`, { blockSize: 1 });
    expect(summary).toMatch(/^Put 2 requests into 1 groups/);
  });

  it.each([
    ["", /empty/],
    ["[1]\n", /line 1: the line is not a JSON object/],
    ['{"id":"a"}\n', /no "prompt" text/],
    ['{"id":"a","prompt":""}\n', /prompt is empty/],
    [`${line("a", "x")}\n${line("a", "y")}\n`, /line 2: the id "a" stands on line 1 already/],
    ['{"id":"a","prompt":"x","max_tokens":-1}\n', /max_tokens is -1/],
    ['{"id":"a","prompt":"x","max_tokens":1e99}\n', /max_tokens is 1e\+99/],
    ['{"prompt":"x"}\n{oops\n', /line 2: the line is not JSON/],
    ['{"id":"a","messages":3}\n', /"messages" is not a list/],
  ])("refuses %j", async (content, message) => {
    await expect(apply(content)).rejects.toThrow(message);
  });

  it("names the request that the cache cannot hold", async () => {
    await expect(apply(line("huge", "word ".repeat(3000)), { kvTokens: 1000 })).rejects.toThrow(
      /request "huge" needs about \d+ tokens.*--kv-tokens is 1000/,
    );
  });

  it("answers any bytes with a plan or a clear refusal", async () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.record(
        { id: fc.string(), prompt: fc.string(), max_tokens: fc.integer({ min: -1, max: 50 }) },
        { requiredKeys: [] },
      ),
    );
    const lines = fc
      .array(
        value.map((v) => JSON.stringify(v)),
        { maxLength: 5 },
      )
      .map((rows) => new TextEncoder().encode(rows.join("\n")));
    await fc.assert(
      fc.asyncProperty(fc.oneof(lines, fc.uint8Array({ maxLength: 100 })), async (content) => {
        try {
          const { outputs } = await apply(content);
          expect(Object.keys(outputs)).toEqual(["planned.jsonl", "groups.csv"]);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
      }),
      { numRuns: 200 },
    );
  });
});
