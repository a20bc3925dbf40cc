import { Random } from "../src/kit/random.ts";
import { compareTokens } from "../src/papers/llm-systems/batch-llm/engine.ts";
import { planBatch, type Request } from "../src/papers/llm-systems/index.ts";
import type { Bench } from "./bench.ts";

function batch(requests: number, prefixTokens: number, suffixTokens: number): Request[] {
  const random = new Random(1);
  const perPrefix = 10;
  const prefixes = Array.from({ length: Math.ceil(requests / perPrefix) }, () =>
    Array.from({ length: prefixTokens }, () => random.uint32() & 0x7fff),
  );
  return Array.from({ length: requests }, (_, i) => ({
    id: String(i),
    tokens: Int32Array.from([
      ...random.choice(prefixes),
      ...Array.from({ length: suffixTokens }, () => random.uint32() & 0x7fff),
    ]),
    outLen: random.int(1, 500),
  }));
}

/** The planner against a plain sort of the prompts. */
export default async function bench(report: Bench): Promise<void> {
  for (const [requests, prefix, suffix] of [
    [10_000, 800, 200],
    [100_000, 800, 200],
    [1_000_000, 80, 20],
  ] as const) {
    const list = batch(requests, prefix, suffix);
    await report.compare(
      `${requests.toLocaleString("en")} prompts of ${prefix + suffix} tokens`,
      {
        plan: () => planBatch(list),
        "sort the prompts": () => [...list].sort((a, b) => compareTokens(a.tokens, b.tokens)),
      },
      { rounds: requests >= 1_000_000 ? 2 : 3, unit: { name: "prompts", count: requests } },
    );
  }
  report.skipped("vLLM, SGLang", "they need a GPU");
}
