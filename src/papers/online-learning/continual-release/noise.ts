import { randomNormal } from "d3-random";
import { Random } from "../../../kit/random.ts";

/** What a mechanism draws its noise from. */
export interface NoiseSource {
  /** Standard Gaussian. */
  normal(): number;
  /** Standard Gumbel, $-\ln(-\ln U)$. */
  gumbel(): number;
  /** Laplace with scale 1. */
  laplace(): number;
}

/** Uniform on [0, 1) with 53 bits of `crypto.getRandomValues`, fetched in blocks. */
function cryptoUniform(): () => number {
  const block = new Uint32Array(2048);
  let at = block.length;
  return () => {
    if (at === block.length) {
      crypto.getRandomValues(block);
      at = 0;
    }
    const high = (block[at] as number) >>> 5;
    const low = (block[at + 1] as number) >>> 6;
    at += 2;
    return (high * 67108864 + low) / 9007199254740992;
  };
}

/**
 * Noise for a mechanism. With a seed it is reproducible ("research mode"), and whoever knows the seed can take it away
 * again; without one it comes from the platform's cryptographic generator.
 *
 * In both modes samples are ordinary double-precision numbers: the sampling is not hardened against attacks on the low
 * bits of floating-point noise (Mironov 2012), nor against timing.
 */
export function noiseSource(seed?: number): NoiseSource {
  if (seed !== undefined) {
    const random = new Random(seed);
    return {
      normal: () => random.normal(),
      gumbel: () => random.gumbel(),
      laplace: () => laplace(random.float()),
    };
  }
  const uniform = cryptoUniform();
  return {
    normal: randomNormal.source(uniform)(0, 1),
    gumbel: () => -Math.log(-Math.log(1 - uniform() || Number.EPSILON / 2)),
    laplace: () => laplace(uniform()),
  };
}

/** Inverse distribution function of Laplace(1). */
function laplace(u: number): number {
  return u < 0.5 ? Math.log(2 * u || Number.EPSILON / 2) : -Math.log(2 * (1 - u));
}
