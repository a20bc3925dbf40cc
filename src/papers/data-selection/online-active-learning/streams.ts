import type { Random } from "../../../kit/random.ts";
import type { StreamRecord } from "../prequential.ts";

export const driftKinds = ["none", "abrupt", "gradual", "remote"] as const;
/**
 * How the true direction changes: not at all; to an independent one half-way; along the line to it, all the time; or only in
 * a distant fifth of the records, whose class turns over half-way.
 */
export type Drift = (typeof driftKinds)[number];

const slope = 4;
/** Share of the records in the distant cluster of `remote`, and how far it lies. */
const remoteShare = 0.2;
const remoteShift = 4;

function direction(d: number, random: Random): Float64Array {
  return normalised(Float64Array.from({ length: d }, () => random.normal()));
}

function normalised(w: Float64Array): Float64Array {
  let length = 0;
  for (const v of w) length += v * v;
  return w.map((v) => v / Math.sqrt(length));
}

/**
 * A labelled stream of `length` records, $x \sim \mathcal N(0, I_d)$ and $P(y = 1) = \sigma(4\, \hat w_t^\top x)$ with a unit
 * direction that drifts. For `remote` one record in five is shifted by 4 along its last coordinate and has class 1 with
 * probability 0.95 in the first half and 0.05 in the second.
 */
export function driftingStream(
  drift: Drift,
  { length, dimension: d, random }: { length: number; dimension: number; random: Random },
): Required<StreamRecord>[] {
  const start = direction(d, random);
  const end = direction(d, random);
  const blend = (share: number): Float64Array =>
    normalised(start.map((v, j) => (1 - share) * v + share * (end[j] as number)));
  return Array.from({ length }, (_, t) => {
    const x = new Float64Array(d);
    for (let j = 0; j < d; j++) x[j] = random.normal();
    const later = t >= length / 2;
    if (drift === "remote" && random.bool(remoteShare)) {
      x[d - 1] = (x[d - 1] as number) + remoteShift;
      return { x, y: +random.bool(later ? 0.05 : 0.95) };
    }
    const w = drift === "gradual" ? blend(t / length) : drift === "abrupt" && later ? end : start;
    let score = 0;
    for (let j = 0; j < d; j++) score += (w[j] as number) * (x[j] as number);
    return { x, y: +random.bool(1 / (1 + Math.exp(-slope * score))) };
  });
}
