import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import wabt from "wabt";

/** Modules that carry WebAssembly as base64, each beside the text it was assembled from. */
const kernels = [
  ["src/kit/nets/multiply.ts", "src/kit/nets/multiply.wat"],
  ["src/papers/model-merging/checkpoints/kernel.ts", "src/papers/model-merging/checkpoints/kernel.wat"],
  [
    "src/papers/sequence-models/lightning-attention/state-recurrence.ts",
    "src/papers/sequence-models/lightning-attention/state-recurrence.wat",
  ],
] as const;

const read = (path: string): Promise<string> => readFile(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8");

/** The string constant `bytes` of a module: literals joined by +. */
function embedded(source: string): string {
  const constant = /const bytes =\s*((?:"[A-Za-z0-9+/=]*"\s*\+?\s*)+);/.exec(source)?.[1] ?? "";
  return [...constant.matchAll(/"([^"]*)"/g)].map((literal) => literal[1]).join("");
}

describe("WebAssembly kernels", () => {
  it.each(kernels)("%s carries what its source assembles to", async (module, text) => {
    const { parseWat } = await wabt();
    const parsed = parseWat(text, await read(text), { simd: true });
    const { buffer } = parsed.toBinary({});
    parsed.destroy();
    expect(embedded(await read(module))).toBe(Buffer.from(buffer).toString("base64"));
  });
});
