import { rowsOf } from "../src/kit/nets/tape/rows.ts";
import { Random } from "../src/kit/random.ts";
import { arrayReductions } from "../src/papers/structure-and-simulation/commutative-monoids/array-engine.ts";
import { initGru } from "../src/papers/structure-and-simulation/commutative-monoids/gru.ts";
import { createAggregator } from "../src/papers/structure-and-simulation/index.ts";
import type { Bench } from "./bench.ts";

/** The tree against the recurrent aggregator over set size: dependent steps, plain loops and the array library. */
export default async function bench(report: Bench): Promise<void> {
  const width = 64;
  const random = new Random(1);
  const [lcm, gru, sum] = [
    createAggregator("lcm", width),
    createAggregator("gru", width),
    createAggregator("sum", width),
  ];
  const [tree, chain, plain] = [lcm.init(random), gru.init(random), sum.init(random)];
  for (const n of [64, 512, 4096]) {
    const items = rowsOf(
      n,
      width,
      Float32Array.from({ length: n * width }, () => random.normal()),
    );
    const ids = new Int32Array(n);
    report.line(`\n${n} items: ${lcm.depth(n)} dependent steps for LCM, ${gru.depth(n)} for GRU`);
    await report.compare(`${n} items of width ${width}, plain loops`, {
      lcm: () => lcm.apply(tree, items, ids, 1),
      gru: () => gru.apply(chain, items, ids, 1),
      sum: () => sum.apply(plain, items, ids, 1),
    });
    const arrays = await arrayReductions(initGru(random, width), items);
    await report.compare(
      `${n} items of width ${width}, array library`,
      { lcm: arrays.tree, gru: arrays.recurrent },
      { rounds: 3 },
    );
    arrays.dispose();
  }
  report.skipped("PyTorch Geometric LCMAggregation and GRUAggregation", "they need Python");
}
