import { BadInput } from "../../../kit/errors.ts";
import { type Activation, activate, scaleByDerivative } from "../../../kit/nets/mlp.ts";
import { elementCount, type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import type { Architecture, PlannedLayer } from "./architecture.ts";

/** One layer at work on one example. */
export interface Operation {
  forward(x: Float32Array): Float32Array<ArrayBuffer>;
  /** The gradient with respect to `x`, from what came out and the gradient with respect to it. */
  backward(x: Float32Array, y: Float32Array, delta: Float32Array): Float32Array<ArrayBuffer>;
  /** Adds the gradient of its parameters to `weight` and `bias`; convolutions only, dense layers are batched. */
  gradientInto?(x: Float32Array, delta: Float32Array, weight: Float32Array, bias?: Float32Array): void;
  /** Adds `factor` times the squared gradient of its parameters to `weight` and `bias`; layers with parameters only. */
  squareInto?(x: Float32Array, delta: Float32Array, factor: number, weight: Float64Array, bias?: Float64Array): void;
}

/** The operation of a planned layer with the parameters of one model. */
export function operationOf(layer: PlannedLayer, params: ParamTree, layout: Architecture["weights"]): Operation {
  const { config } = layer;
  if (config.type === "linear") return dense(layer, params, layout === "in-out");
  if (config.type === "conv2d") return convolution(layer, params);
  if (config.type === "maxpool2d") return maxPool(layer);
  if (config.type === "avgpool2d") return averagePool(layer);
  if (config.type === "normalize") return normalization(config.scale);
  return config.type === "flatten" ? activation("identity") : activation(config.type);
}

function activation(kind: Activation): Operation {
  return {
    forward(x) {
      const y = new Float32Array(x);
      activate(y, kind);
      return y;
    },
    backward(_, y, delta) {
      const out = new Float32Array(delta);
      scaleByDerivative(out, y, kind);
      return out;
    },
  };
}

/** $y = s\,x/\lVert x\rVert$, and 0 at 0. */
function normalization(scale: number): Operation {
  const lengthOf = (x: Float32Array): number => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += (x[i] as number) ** 2;
    return Math.sqrt(sum);
  };
  return {
    forward(x) {
      const factor = scale / (lengthOf(x) || 1);
      const y = new Float32Array(x.length);
      for (let i = 0; i < y.length; i++) y[i] = factor * (x[i] as number);
      return y;
    },
    backward(x, y, delta) {
      const out = new Float32Array(x.length);
      const length = lengthOf(x);
      if (length === 0) return out;
      let along = 0;
      for (let i = 0; i < y.length; i++) along += (y[i] as number) * (delta[i] as number);
      for (let i = 0; i < y.length; i++) {
        out[i] = (scale * (delta[i] as number) - (along * (y[i] as number)) / scale) / length;
      }
      return out;
    },
  };
}

function biasOf({ bias }: PlannedLayer, params: ParamTree): Float32Array | undefined {
  return bias ? tensorOf(params, bias).data : undefined;
}

function dense(layer: PlannedLayer, params: ParamTree, inOut: boolean): Operation {
  const weight = tensorOf(params, layer.weight ?? "").data;
  const bias = biasOf(layer, params);
  const [inputs, outputs] = [layer.input[0] ?? 0, layer.output[0] ?? 0];
  const [inStep, outStep] = inOut ? [outputs, 1] : [1, inputs];
  return {
    forward(x) {
      const y = new Float32Array(outputs);
      for (let o = 0; o < outputs; o++) {
        let sum = bias ? (bias[o] as number) : 0;
        for (let i = 0, at = o * outStep; i < inputs; i++, at += inStep)
          sum += (weight[at] as number) * (x[i] as number);
        y[o] = sum;
      }
      return y;
    },
    backward(_x, _y, delta) {
      const out = new Float32Array(inputs);
      for (let o = 0; o < outputs; o++) {
        const d = delta[o] as number;
        if (d === 0) continue;
        for (let i = 0, at = o * outStep; i < inputs; i++, at += inStep)
          out[i] = (out[i] as number) + (weight[at] as number) * d;
      }
      return out;
    },
  };
}

/** Most products of one convolution for one example and one output channel. */
const maxTaps = 4_000_000;

interface Taps {
  count: number;
  positions: Int32Array;
  taps: Int32Array;
  sources: Int32Array;
}

const knownTaps = new WeakMap<PlannedLayer, Taps>();

function tapsOf(layer: PlannedLayer, kernel: readonly number[]): Taps {
  const known = knownTaps.get(layer) ?? findTaps(layer, kernel);
  knownTaps.set(layer, known);
  return known;
}

/**
 * Where a convolution reads: for every output position and every tap of the kernel that lies inside the image, the triple
 * (position, tap, input index). It is the same for all output channels.
 */
function findTaps({ config, input, output }: PlannedLayer, kernel: readonly number[]): Taps {
  const { stride, padding } = config as { stride: number; padding: number }; // conv2d layers have both
  const [channels = 0, height = 0, width = 0] = input;
  const [, rows = 0, columns = 0] = output;
  const [, , tall = 0, wide = 0] = kernel;
  const count = rows * columns * channels * tall * wide;
  if (count > maxTaps) {
    throw new BadInput(
      `a convolution takes ${count.toLocaleString("en")} products an output channel; the limit is ${maxTaps.toLocaleString("en")}`,
      {
        remedy: "Pool or stride earlier in the network.",
      },
    );
  }
  const [positions, taps, sources] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  let used = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      for (let tap = 0; tap < channels * tall * wide; tap++) {
        const y = r * stride - padding + (Math.floor(tap / wide) % tall);
        const x = c * stride - padding + (tap % wide);
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        positions[used] = r * columns + c;
        taps[used] = tap;
        sources[used++] = (Math.floor(tap / (tall * wide)) * height + y) * width + x;
      }
    }
  }
  return { count: used, positions, taps, sources };
}

function convolution(layer: PlannedLayer, params: ParamTree): Operation {
  const { data: weight, shape } = tensorOf(params, layer.weight ?? "");
  const bias = biasOf(layer, params);
  const { count, positions, taps, sources } = tapsOf(layer, shape);
  const channels = layer.output[0] ?? 0;
  const area = elementCount(layer.output.slice(1));
  const fanIn = weight.length / channels;
  return {
    forward(x) {
      const y = new Float32Array(channels * area);
      for (let o = 0; o < channels; o++) {
        if (bias) y.fill(bias[o] as number, o * area, (o + 1) * area);
        for (let t = 0; t < count; t++) {
          const at = o * area + (positions[t] as number);
          y[at] =
            (y[at] as number) +
            (weight[o * fanIn + (taps[t] as number)] as number) * (x[sources[t] as number] as number);
        }
      }
      return y;
    },
    backward(x, _y, delta) {
      const out = new Float32Array(x.length);
      for (let o = 0; o < channels; o++) {
        for (let t = 0; t < count; t++) {
          const at = sources[t] as number;
          const d = delta[o * area + (positions[t] as number)] as number;
          out[at] = (out[at] as number) + (weight[o * fanIn + (taps[t] as number)] as number) * d;
        }
      }
      return out;
    },
    gradientInto(x, delta, weightSum, biasSum) {
      for (let o = 0; o < channels; o++) {
        for (let t = 0; t < count; t++) {
          const tap = o * fanIn + (taps[t] as number);
          const d = delta[o * area + (positions[t] as number)] as number;
          weightSum[tap] = (weightSum[tap] as number) + d * (x[sources[t] as number] as number);
        }
        if (!biasSum) continue;
        for (let p = o * area; p < (o + 1) * area; p++) biasSum[o] = (biasSum[o] as number) + (delta[p] as number);
      }
    },
    squareInto(x, delta, factor, weightSum, biasSum) {
      // The weights serve many positions: their gradient is summed over all of them, and only then squared.
      const gradient = new Float64Array(fanIn);
      for (let o = 0; o < channels; o++) {
        gradient.fill(0);
        let total = 0;
        for (let t = 0; t < count; t++) {
          const tap = taps[t] as number;
          const d = delta[o * area + (positions[t] as number)] as number;
          gradient[tap] = (gradient[tap] as number) + d * (x[sources[t] as number] as number);
        }
        for (let p = o * area; p < (o + 1) * area; p++) total += delta[p] as number;
        for (let i = 0; i < fanIn; i++) {
          weightSum[o * fanIn + i] = (weightSum[o * fanIn + i] as number) + factor * (gradient[i] as number) ** 2;
        }
        if (biasSum) biasSum[o] = (biasSum[o] as number) + factor * total * total;
      }
    },
  };
}

/** Calls `visit` for every output of a pooling layer with the input indices it covers. */
function windows({ config, input, output }: PlannedLayer): Int32Array[] {
  const { size, stride = size } = config as { size: number; stride?: number }; // pooling layers have a size
  const [, height = 0, width = 0] = input;
  const [channels = 0, rows = 0, columns = 0] = output;
  return Array.from({ length: channels * rows * columns }, (_, at) => {
    const channel = Math.floor(at / (rows * columns));
    const top = (Math.floor(at / columns) % rows) * stride;
    const left = (at % columns) * stride;
    return Int32Array.from({ length: size * size }, (_unused, k) => {
      return (channel * height + top + Math.floor(k / size)) * width + left + (k % size);
    });
  });
}

function maxPool(layer: PlannedLayer): Operation {
  const cover = windows(layer);
  const best = (x: Float32Array, indices: Int32Array): number =>
    indices.reduce((top, i) => ((x[i] as number) > (x[top] as number) ? i : top), indices[0] ?? 0);
  return {
    forward: (x) => Float32Array.from(cover, (indices) => x[best(x, indices)] as number),
    backward(x, _y, delta) {
      const out = new Float32Array(x.length);
      for (const [at, indices] of cover.entries()) {
        const from = best(x, indices);
        out[from] = (out[from] as number) + (delta[at] as number);
      }
      return out;
    },
  };
}

function averagePool(layer: PlannedLayer): Operation {
  const cover = windows(layer);
  return {
    forward: (x) =>
      Float32Array.from(cover, (indices) => indices.reduce((sum, i) => sum + (x[i] as number), 0) / indices.length),
    backward(x, _y, delta) {
      const out = new Float32Array(x.length);
      for (const [at, indices] of cover.entries()) {
        const share = (delta[at] as number) / indices.length;
        for (const i of indices) out[i] = (out[i] as number) + share;
      }
      return out;
    },
  };
}
