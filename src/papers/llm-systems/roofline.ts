/**
 * A calibrated roofline of one accelerator serving one model; shared by the papers of the field. Everything computed from it
 * is a simulation, and is to be labelled so.
 */
export interface Hardware {
  /** Parameters of the model. */
  parameters: number;
  /** Sustained arithmetic, FLOP/s. */
  peakFlops: number;
  /** Sustained memory bandwidth, bytes/s. */
  bandwidth: number;
  /** Key–value cache, bytes per token. */
  kvBytesPerToken: number;
  /** Fixed cost of an iteration, seconds. */
  overheadSeconds: number;
  /** Tokens of key–value cache that fit beside the weights. */
  kvCapacity: number;
}

/** An 8-billion-parameter model with grouped-query attention (32 layers, 8 KV heads of 128, 16 bit) on an 80 GB A100. */
export const a100With8B: Hardware = {
  parameters: 8e9,
  peakFlops: 220e12,
  bandwidth: 1.5e12,
  kvBytesPerToken: 131_072,
  overheadSeconds: 2e-3,
  kvCapacity: 427_000,
};

/**
 * Seconds of one forward pass over `tokens` new tokens whose attention reads `kvTokensRead` cached tokens:
 * $\max(2Pn/\text{peak},\ 2P/\text{bw}) + \text{kv}\,r/\text{bw} + t_0$: arithmetic or the weights' way through memory,
 * whichever is slower, then the cache's way, then the launch.
 */
export function iterationSeconds(hardware: Hardware, tokens: number, kvTokensRead: number): number {
  const { parameters, peakFlops, bandwidth, kvBytesPerToken, overheadSeconds } = hardware;
  const linear = Math.max((2 * parameters * tokens) / peakFlops, (2 * parameters) / bandwidth);
  return linear + (kvBytesPerToken * kvTokensRead) / bandwidth + overheadSeconds;
}
