import { rowsOf } from "../src/kit/nets/tape/rows.ts";
import { Random } from "../src/kit/random.ts";
import {
  drawMasks,
  meanFieldGradient,
  meanFieldStep,
} from "../src/papers/data-selection/neural-subset-selection/mean-field.ts";
import { Scorer } from "../src/papers/data-selection/neural-subset-selection/scorer.ts";
import { packSets } from "../src/papers/data-selection/neural-subset-selection/sets.ts";
import { initSubsetModel } from "../src/papers/data-selection/neural-subset-selection/subset-model.ts";
import { scoreWeighted } from "../src/papers/data-selection/neural-subset-selection/weighted-subsets.ts";
import type { Bench } from "./bench.ts";

/**
 * One step of the mean field: m + 1 scores a random subset from sums of codes, against the formula as it is written, which
 * scores $S \cup \{j\}$ and $S \setminus \{j\}$ for every j; and what the gradient and the ground set's code add.
 */
export default async function bench(report: Bench): Promise<void> {
  const [dim, samples] = [16, 5];
  for (const [m, batch, hidden] of [
    [12, 32, 32],
    [12, 32, 64],
    [100, 4, 64],
  ] as const) {
    const random = new Random(1);
    const sets = Array.from({ length: batch }, () =>
      rowsOf(
        m,
        dim,
        Float32Array.from({ length: m * dim }, () => random.normal()),
      ),
    );
    const packed = packSets(sets, dim);
    const inset = new Scorer(initSubsetModel({ dim, hidden, samples }, random));
    const base = new Scorer(initSubsetModel({ dim, hidden, samples, superset: "none" }, random));
    const masks = drawMasks(new Float64Array(packed.items.rows).fill(0.3), samples, random);
    const slope = new Float64Array(packed.items.rows).fill(1);
    const both = pairsOfSets(masks, m, samples);
    const step = (scorer: Scorer) => meanFieldStep(scorer, scorer.encode(packed), masks);
    await report.compare(`${batch} sets of ${m} items, width ${hidden}, M = ${samples}: a step, forwards`, {
      "m + 1 scores": () => step(inset),
      "2m scores": () => scoreWeighted(inset, inset.encode(packed), both),
    });
    await report.compare("the same, with its gradient", {
      "with the code of V": () => {
        const encoded = inset.encode(packed);
        return meanFieldGradient(inset, encoded, meanFieldStep(inset, encoded, masks), slope);
      },
      "without it": () => {
        const encoded = base.encode(packed);
        return meanFieldGradient(base, encoded, meanFieldStep(base, encoded, masks), slope);
      },
    });
  }
  report.skipped("EquiVSet in PyTorch", "it needs Python");
}

/** For every random subset and every position, the subset with the item at that position and without it. */
function pairsOfSets(masks: Uint8Array, m: number, samples: number): Uint8Array {
  const n = masks.length / samples;
  const all = new Uint8Array(masks.length * 2 * m);
  for (let s = 0; s < samples; s++) {
    for (let j = 0; j < m; j++) {
      for (const member of [0, 1]) {
        const at = ((s * m + j) * 2 + member) * n;
        all.set(masks.subarray(s * n, (s + 1) * n), at);
        for (let item = j; item < n; item += m) all[at + item] = member;
      }
    }
  }
  return all;
}
