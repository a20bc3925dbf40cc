import { describe, expect, it } from "vitest";
import { endingOf, nameInput } from "./stdin.ts";

const tables = [".csv", ".tsv", ".jsonl", ".parquet"];

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

describe("standard input", () => {
  it.each([
    ["system,a\nx,1\n", tables, ".csv"],
    ["system\ta\nx\t1\n", tables, ".tsv"],
    ['{"system": "x", "a": 1}\n', tables, ".jsonl"],
    ["PAR1\u0015", tables, ".parquet"],
    ["[1, 2]", [".csv", ".json"], ".json"],
    ["a single line", [".fasta", ".txt"], ".txt"],
    ["a single line", [".fasta"], ".fasta"],
    ["\u0010\0\0\0\0\0\0\0{}", [".json", ".safetensors"], ".safetensors"],
    ["anything", [], ""],
    ["", tables, ".csv"],
  ])("%j is taken as %j → %s", (text, accepts, ending) => {
    expect(endingOf(new TextEncoder().encode(text), accepts)).toBe(ending);
  });

  it("comes back whole", async () => {
    const { name, stream } = await nameInput(chunks("a\tb\n", "1\t2\n"), tables, new AbortController().signal);
    let text = "";
    for await (const chunk of stream) text += new TextDecoder().decode(chunk);
    expect({ name, text }).toEqual({ name: "stdin.tsv", text: "a\tb\n1\t2\n" });
  });

  it("is not waited for after Ctrl-C", async () => {
    const controller = new AbortController();
    const never: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
    const named = nameInput(never, tables, controller.signal);
    controller.abort();
    expect((await named).name).toBe("stdin.csv");
  });
});
