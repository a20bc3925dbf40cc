import { rowsOf } from "../../../kit/nets/tape/rows.ts";
import type { Run } from "../../../kit/paper.ts";
import { median } from "../../../kit/stats.ts";
import { all, measured, type PartResult } from "../../../kit/verdict.ts";
import { type Aggregator, type AggregatorOptions, createAggregator } from "./aggregators.ts";
import { initGru } from "./gru.ts";

/**
 * Dependent calls of both aggregators, and the median time of one forward pass over one bag of $2^{\text{levels}}$ items
 * with the same cell: on an array library, where every dependent step is one compiled call, and in plain loops.
 */
export async function measureDepth(
  run: Run,
  { width, levels, options }: { width: number; levels: number; options: AggregatorOptions },
): Promise<{ depth: PartResult; loops: PartResult }> {
  const count = 2 ** levels;
  const rounds = 3;
  const random = run.random.fork("timing");
  const lcm = createAggregator("lcm", width, options);
  const gru = createAggregator("gru", width);
  const cell = initGru(random, width);
  const bag = (n: number) =>
    rowsOf(
      n,
      width,
      Float32Array.from({ length: n * width }, () => random.normal()),
    );
  const calls = ({ init, apply }: Aggregator, n: number): number => {
    let seen = 0;
    apply(init(random), bag(n), new Int32Array(n), 1, () => {
      seen += 1;
    });
    return seen;
  };
  const items = bag(count);
  const ids = new Int32Array(count);
  const { arrayReductions } = await import("./array-engine.ts"); // the array library is loaded only here
  const arrays = await arrayReductions(cell, items);
  const times = await timeInTurn(
    {
      lcmArrays: options.reduce === "fold" ? arrays.fold : arrays.tree,
      gruArrays: arrays.recurrent,
      lcmLoops: () => lcm.apply({ ...cell, identity: bag(1) }, items, ids, 1),
      gruLoops: () => gru.apply({ ...cell, start: bag(1) }, items, ids, 1),
    },
    rounds,
    run,
  );
  arrays.dispose();
  const learned = options.operator !== "sum";
  const rows = [
    {
      aggregator: "LCM",
      steps: calls(lcm, count),
      cells: learned ? 2 * (count - 1) : 0,
      arrays: times.lcmArrays,
      loops: times.lcmLoops,
    },
    { aggregator: "GRU", steps: calls(gru, count), cells: count, arrays: times.gruArrays, loops: times.gruLoops },
  ];
  run.table("depth", {
    title: `One bag of ${count.toLocaleString("en")} items, width ${width}: dependent steps and forward time (median of ${rounds})`,
    columns: [
      { key: "aggregator", label: "aggregator" },
      { key: "steps", label: "dependent steps" },
      { key: "cells", label: "GRU cells evaluated" },
      { key: "arrays", label: "array library", unit: "ms", digits: 1 },
      { key: "loops", label: "plain loops", unit: "ms", digits: 1 },
      { key: "perCell", label: "plain loops, per cell", unit: "µs", digits: 2 },
    ],
    rows: rows.map((row) => ({ ...row, perCell: row.cells > 0 ? (1000 * row.loops) / row.cells : null })),
  });
  const onArrays = times.lcmArrays / times.gruArrays;
  const inLoops = times.lcmLoops / times.gruLoops;
  const steps = calls(lcm, 256);
  return {
    depth: {
      outcome: all([steps === 8, onArrays <= 0.25]),
      measured: [
        measured("dependent calls for 256 items, LCM", steps),
        measured("dependent calls for 256 items, GRU", calls(gru, 256)),
        measured(`time(LCM) / time(GRU), ${count} items, array library`, onArrays),
      ],
    },
    loops: {
      outcome: inLoops <= 0.25,
      measured: [measured(`time(LCM) / time(GRU), ${count} items, plain loops`, inLoops)],
      reason:
        "The tree evaluates two cells a pair, twice the work of the chain; it pays where a level runs in parallel or every call has a fixed cost.",
    },
  };
}

/** Median milliseconds of every case, run in turn after one warm-up round. */
async function timeInTurn<K extends string>(
  cases: Record<K, () => unknown>,
  rounds: number,
  run: Run,
): Promise<Record<K, number>> {
  const names = Object.keys(cases) as K[];
  const times = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      await run.breathe();
      const start = performance.now();
      await cases[name]();
      if (round > 0) times.get(name)?.push(performance.now() - start);
    }
    run.progress(0.9 + (0.1 * round) / rounds, "timing one large bag");
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<K, number>;
}
