import { multiply } from "../src/kit/nets/multiply.ts";
import { Random } from "../src/kit/random.ts";
import {
  lightningAttention,
  lightningAttentionBackward,
  linearAttentionCumulative,
  linearAttentionQuadratic,
  linearAttentionRecurrent,
  linearAttentionRecurrentBackward,
  type NdArray,
  softmaxAttention,
  softmaxAttentionBackward,
  Work,
} from "../src/papers/sequence-models/index.ts";
import { randomArray } from "../src/papers/sequence-models/lightning-attention/random-array.ts";
import type { Bench } from "./bench.ts";

const tokens = 16_384;
const width = 64;
const decay = 1 / 16;
const blockSize = 32;
const unit = { name: "tokens", count: tokens };

/** Blocks by einsum under jit, all blocks of all sequences at once; the states are summed by a loop over blocks. */
async function jaxForward(n: number, [q, k, v]: NdArray[]): Promise<() => Promise<unknown>> {
  const { init, jit, numpy: np } = await import("@jax-js/jax");
  await init();
  const [batch, B] = [tokens / n, 64];
  const blocks = n / B;
  const power = (r: number) => Math.exp(-decay * r);
  const table = (shape: number[], value: (index: number) => number) => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i));
    return np.array(data).reshape(shape);
  };
  const mask = table([B, B], (i) => (i % B <= Math.floor(i / B) ? power(Math.floor(i / B) - (i % B)) : 0));
  const onQueries = table([B, 1], (r) => power(r + 1));
  const onKeys = table([B, 1], (r) => power(B - 1 - r));
  // Weight of block j's sum in the state before block i.
  const carry = table([blocks, blocks], (x) => {
    const [i, j] = [Math.floor(x / blocks), x % blocks];
    return j < i ? power(B * (i - 1 - j)) : 0;
  });
  const constants = { mask, onQueries, onKeys, carry };
  type Tensor = typeof mask;
  const attend = jit((x: { q: Tensor; k: Tensor; v: Tensor }, c: typeof constants): Tensor => {
    const scores = np.einsum("bntd,bnsd->bnts", x.q.ref, x.k.ref).mul(c.mask);
    const inside = np.einsum("bnts,bnse->bnte", scores, x.v.ref);
    const sums = np.einsum("bnsd,bnse->bnde", x.k.mul(c.onKeys), x.v).reshape([batch, blocks, width * width]);
    const states = np.einsum("ij,bjx->bix", c.carry, sums).reshape([batch, blocks, width, width]);
    return inside.add(np.einsum("bntd,bnde->bnte", x.q.mul(c.onQueries), states));
  });
  const on = (x: NdArray | undefined) =>
    np.array((x?.data ?? new Float32Array()) as Float32Array<ArrayBuffer>).reshape([batch, blocks, B, width]);
  const inputs = { q: on(q), k: on(k), v: on(v) };
  return async () => {
    const { q: a, k: b, v: c } = inputs;
    const out = attend(
      { q: a.ref, k: b.ref, v: c.ref },
      { mask: mask.ref, onQueries: onQueries.ref, onKeys: onKeys.ref, carry: carry.ref },
    );
    return (await out.data()).length;
  };
}

/** Tokens per second over length at the same number of tokens, the method against its rivals, forward and with backward. */
export default async function bench(report: Bench): Promise<void> {
  const random = new Random(1);
  const data = [0, 1, 2, 3].map(() => randomArray(random, [tokens, width], width ** -0.25).data);
  const square = randomArray(random, [256, 256]);
  const out = new Float32Array(256 * 256);
  const kernel = await report.compare(
    "the product kernel, 256 × 256 times 256 × 256",
    { multiply: () => multiply(out, square.data, square.data, 256, 256, 256) },
    { rounds: 9 },
  );
  const peak = (2 * 256 ** 3) / ((kernel.multiply ?? Number.NaN) * 1e6);
  report.line(`  ${peak.toFixed(1)} GFLOP/s`);
  const speeds: Record<string, number[]> = {};
  for (const n of [512, 1024, 2048, 4096, 8192, 16_384]) {
    const [q, k, v, g] = data.map((values): NdArray => ({ data: values, shape: [tokens / n, 1, n, width] })) as [
      NdArray,
      NdArray,
      NdArray,
      NdArray,
    ];
    const work = new Work();
    lightningAttention(q, k, v, decay, { blockSize, work });
    const tiles = { queryBlock: 128, keyBlock: 256 };
    const medians = await report.compare(
      `forward, n = ${n}`,
      {
        lightning: () => lightningAttention(q, k, v, decay, { blockSize }),
        "softmax, tiled": () => softmaxAttention(q, k, v, tiles),
        "recurrence, vector": () => linearAttentionRecurrent(q, k, v, decay),
        "recurrence, plain": () => linearAttentionRecurrent(q, k, v, decay, { plain: true }),
        ...(n <= 4096 ? { "cumulative sum, plain": () => linearAttentionCumulative(q, k, v, decay) } : {}),
        "quadratic, tiled": () => linearAttentionQuadratic(q, k, v, decay, tiles),
        "blocks in jax-js": await jaxForward(n, [q, k, v]),
      },
      { rounds: 5, unit },
    );
    const rate = (2 * work.multiplyAdds) / ((medians.lightning ?? Number.NaN) * 1e6);
    report.line(
      `  lightning: ${(work.multiplyAdds / tokens).toFixed(0)} multiply-adds a token, ${(work.workingBytes / 1024).toFixed(0)} kB, ${rate.toFixed(1)} GFLOP/s (${((100 * rate) / peak).toFixed(0)}% of the kernel)`,
    );
    for (const [name, median] of Object.entries(medians)) speeds[name] = [...(speeds[name] ?? []), tokens / median];
    if (n > 4096) continue;
    await report.compare(
      `forward and backward, n = ${n}`,
      {
        lightning: () => {
          lightningAttention(q, k, v, decay, { blockSize });
          return lightningAttentionBackward(q, k, v, g, decay, { blockSize });
        },
        "softmax, tiled": () => softmaxAttentionBackward(q, k, v, g, softmaxAttention(q, k, v, tiles), tiles),
        "recurrence, vector": () => {
          linearAttentionRecurrent(q, k, v, decay);
          return linearAttentionRecurrentBackward(q, k, v, g, decay);
        },
      },
      { rounds: 3, unit },
    );
  }
  report.line("\nThousand tokens per second by length, 512 to 16384 (forward)");
  for (const [name, rates] of Object.entries(speeds)) {
    report.line(`  ${name.padEnd(22)} ${rates.map((rate) => rate.toFixed(1).padStart(8)).join("")}`);
  }
  report.skipped("the authors' Triton kernel and FlashAttention-2", "they need an NVIDIA GPU and Python");
}
