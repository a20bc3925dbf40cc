import { sigmoid } from "../../../kit/logistic.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";
import type { Encoded, RowLayout, Scorer } from "./scorer.ts";

/** One step of the mean field as it was computed, kept for the way back. */
export interface MeanFieldStep {
  /** The logit of ψ for every item of every set. */
  logits: Float64Array;
  /** samples × items: the random subsets, 1 for a member. */
  masks: Uint8Array;
  layout: RowLayout;
}

/** M random subsets of every set (samples × items), each item by itself with its probability. */
export function drawMasks(psi: Float64Array, samples: number, random: Random): Uint8Array {
  const n = psi.length;
  const masks = new Uint8Array(samples * n);
  for (let s = 0, at = 0; s < samples; s++) {
    for (let j = 0; j < n; j++, at++) masks[at] = random.float() < (psi[j] as number) ? 1 : 0;
  }
  return masks;
}

/** Every random subset S of a set takes m + 1 rows: S itself, then for every item j the set S with j put in or taken out. */
function toggledLayout(offsets: Int32Array, samples: number): RowLayout {
  const starts = offsets.map((offset, i) => samples * (offset + i));
  return { rows: starts[starts.length - 1] as number, starts };
}

/** Visits the random subsets: `row` is the first of their m + 1 rows, `mask` where their membership begins. */
function eachSubset(
  { offsets }: Encoded["sets"],
  samples: number,
  starts: Int32Array,
  visit: (set: number, from: number, size: number, row: number, mask: number) => void,
): void {
  const n = offsets[offsets.length - 1] as number;
  for (let i = 0; i + 1 < offsets.length; i++) {
    const from = offsets[i] as number;
    const size = (offsets[i + 1] as number) - from;
    for (let s = 0; s < samples; s++) visit(i, from, size, (starts[i] as number) + s * (size + 1), s * n + from);
  }
}

/**
 * One step $\psi_j \leftarrow \sigma\bigl(\mathbb E_{S \sim q}[F(S \cup \{j\}) - F(S \setminus \{j\})]\bigr)$ over the given
 * random subsets. One of the two sets is S itself, so that a subset costs m + 1 scores rather than 2m.
 */
export function meanFieldStep(scorer: Scorer, encoded: Encoded, masks: Uint8Array): MeanFieldStep {
  const { width } = scorer.model.config;
  const { sets, codes, base } = encoded;
  const n = sets.items.rows;
  const samples = masks.length / n;
  const layout = toggledLayout(sets.offsets, samples);
  const input = scorer.input(layout.rows);
  eachSubset(sets, samples, layout.starts, (set, from, size, row, mask) => {
    const whole = row * width;
    for (let k = 0; k < width; k++) input[whole + k] = base[set * width + k] as number;
    for (let j = 0; j < size; j++) {
      if (masks[mask + j] === 0) continue;
      const code = (from + j) * width;
      for (let k = 0; k < width; k++) input[whole + k] = (input[whole + k] as number) + (codes[code + k] as number);
    }
    for (let j = 0; j < size; j++) {
      const sign = masks[mask + j] === 1 ? -1 : 1;
      const code = (from + j) * width;
      const at = (row + 1 + j) * width;
      for (let k = 0; k < width; k++) {
        input[at + k] = (input[whole + k] as number) + sign * (codes[code + k] as number);
      }
    }
  });
  const scores = scorer.forward(encoded, layout);
  const logits = new Float64Array(n);
  eachSubset(sets, samples, layout.starts, (_set, from, size, row, mask) => {
    const whole = scores[row] as number;
    for (let j = 0; j < size; j++) {
      const change = (scores[row + 1 + j] as number) - whole;
      logits[from + j] = (logits[from + j] as number) + (masks[mask + j] === 1 ? -change : change) / samples;
    }
  });
  return { logits, masks, layout };
}

/**
 * Gradient of the set function's tensors from the loss's gradient with respect to the logits of the last `meanFieldStep`.
 * The random subsets are constants: nothing flows through how they were drawn, nor into earlier steps.
 */
export function meanFieldGradient(
  scorer: Scorer,
  encoded: Encoded,
  { masks, layout }: MeanFieldStep,
  slope: Float64Array,
): ParamTree {
  const { width } = scorer.model.config;
  const { sets } = encoded;
  const samples = masks.length / sets.items.rows;
  const scores = new Float64Array(layout.rows);
  eachSubset(sets, samples, layout.starts, (_set, from, size, row, mask) => {
    let whole = 0;
    for (let j = 0; j < size; j++) {
      const g = ((masks[mask + j] === 1 ? -1 : 1) * (slope[from + j] as number)) / samples;
      scores[row + 1 + j] = g;
      whole -= g;
    }
    scores[row] = whole;
  });
  const { gradient, codes, late } = scorer.backward(encoded, layout, scores);
  const items = scorer.slopes("items", sets.items.rows);
  const bases = scorer.slopes("sets", sets.count);
  const total = new Float64Array(width);
  eachSubset(sets, samples, layout.starts, (set, from, size, row, mask) => {
    total.fill(0);
    for (let r = 0, at = row * width; r <= size; r++) {
      for (let k = 0; k < width; k++, at++) total[k] = (total[k] as number) + (codes[at] as number);
    }
    for (let k = 0; k < width; k++) bases[set * width + k] = (bases[set * width + k] as number) + (total[k] as number);
    for (let j = 0; j < size; j++) {
      const member = masks[mask + j] === 1;
      const at = (row + 1 + j) * width;
      const into = (from + j) * width;
      for (let k = 0; k < width; k++) {
        const g = codes[at + k] as number;
        items[into + k] = (items[into + k] as number) + (member ? (total[k] as number) - g : g);
      }
    }
  });
  return Object.assign(gradient, scorer.backEncode(encoded, items, bases, late));
}

/** K steps from ψ⁽⁰⁾; all but the last only move ψ. */
export function meanField(
  scorer: Scorer,
  encoded: Encoded,
  start: Float64Array,
  random: Random,
  { steps, samples }: { steps: number; samples: number },
): MeanFieldStep {
  let psi = start;
  for (let step = 1; step < steps; step++) {
    psi = meanFieldStep(scorer, encoded, drawMasks(psi, samples, random)).logits.map(sigmoid);
  }
  return meanFieldStep(scorer, encoded, drawMasks(psi, samples, random));
}

/**
 * The mean field of any set function by enumerating all subsets (paper's base, the limit of infinitely many samples):
 * `score` takes a subset of {0, …, m − 1} as a bit mask. Returns ψ after `steps` steps from a constant ψ⁽⁰⁾; m is at most 12.
 */
export function meanFieldExact(score: (subset: number) => number, m: number, steps: number, start = 0.5): Float64Array {
  if (!(Number.isInteger(m) && m >= 1 && m <= 12)) throw new RangeError(`${m} items; 1 to 12 can be enumerated`);
  const scores = Float64Array.from({ length: 1 << m }, (_, subset) => score(subset));
  let psi = new Float64Array(m).fill(start);
  for (let step = 0; step < steps; step++) {
    const next = new Float64Array(m);
    for (let subset = 0; subset < scores.length; subset++) {
      let probability = 1;
      for (let j = 0; j < m; j++) probability *= subset & (1 << j) ? (psi[j] as number) : 1 - (psi[j] as number);
      for (let j = 0; j < m; j++) {
        const change = (scores[subset | (1 << j)] as number) - (scores[subset & ~(1 << j)] as number);
        next[j] = (next[j] as number) + probability * change;
      }
    }
    psi = next.map(sigmoid);
  }
  return psi;
}
