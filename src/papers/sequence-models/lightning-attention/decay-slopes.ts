/** $s_h = 2^{-8h/H}$ for h = 1, …, H with H a power of two; in between, a mix of two such lists. */
function geometricSlopes(heads: number): number[] {
  const power = 2 ** Math.floor(Math.log2(heads));
  const slopes = Array.from({ length: power }, (_, h) => 2 ** ((-8 * (h + 1)) / power));
  if (power === heads) return slopes;
  const finer = geometricSlopes(2 * power).filter((_, h) => h % 2 === 0);
  return [...slopes, ...finer.slice(0, heads - power)];
}

/**
 * Decay rate $s$ of every head in a layer, $\lambda = e^{-s}$; layers count from 0.
 *
 * `geometric` (the released code): $s_h = 2^{-8h/H}$ for H a power of two, times $1 - l/(L-1) + 10^{-5}$; the last layer
 * forgets next to nothing. A number of heads that is no power of two takes the rates of the power below and fills up with
 * every second one of twice that number.
 *
 * `linear` (the paper's text): $s_h = \tfrac{8h}{H}\,(1 - l/L)$, which forgets much faster.
 *
 * Throws a RangeError for no heads, or a layer outside 0 … layers − 1.
 */
export function decaySlopes(
  heads: number,
  layer = 0,
  layers = 1,
  kind: "geometric" | "linear" = "geometric",
): Float64Array {
  if (!(Number.isInteger(heads) && heads >= 1)) throw new RangeError(`there must be at least one head, not ${heads}`);
  if (!(Number.isInteger(layer) && Number.isInteger(layers) && layer >= 0 && layer < layers)) {
    throw new RangeError(`there is no layer ${layer} of ${layers}`);
  }
  if (kind === "linear") {
    return Float64Array.from({ length: heads }, (_, h) => ((8 * (h + 1)) / heads) * (1 - layer / layers));
  }
  const factor = layers === 1 ? 1 : 1 - layer / (layers - 1) + 1e-5;
  return Float64Array.from(geometricSlopes(heads), (slope) => slope * factor);
}
