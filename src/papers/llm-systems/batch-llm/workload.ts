import type { Random } from "../../../kit/random.ts";
import { a100With8B, type Hardware } from "../roofline.ts";
import type { Request } from "./prefix-tree.ts";

/** A synthetic offline job: prefixes shared by several requests each. */
export interface Setting {
  name: string;
  /** Number of distinct prefixes. */
  prefixes: number;
  /** Mean number of requests a prefix (Poisson). */
  perPrefix: number;
  /** Median prefix length (log-normal, log-sd 0.4). */
  prefixLength: number;
  /** Median output length (log-normal, log-sd 0.8). */
  outputLength: number;
  kvCapacity: number;
}

const base = { name: "base", prefixes: 200, perPrefix: 8, prefixLength: 1500, outputLength: 100, kvCapacity: 427_000 };

export const settings: readonly Setting[] = [
  base,
  { ...base, name: "small KV", kvCapacity: 100_000 },
  { ...base, name: "decode-heavy", outputLength: 400, kvCapacity: 200_000 },
  { ...base, name: "prefill-heavy", outputLength: 20, kvCapacity: 200_000 },
  { ...base, name: "long prefix", prefixes: 100, perPrefix: 16, prefixLength: 4000, kvCapacity: 200_000 },
];

export function hardwareOf(setting: Setting): Hardware {
  return { ...a100With8B, kvCapacity: setting.kvCapacity };
}

function text(length: number, random: Random): Int32Array {
  return Int32Array.from({ length }, () => random.int(0, 31_999));
}

function positive(x: number): number {
  return Math.max(1, Math.round(x));
}

/** One batch of a setting, shuffled. `fraction` scales the number of prefixes. */
export function batchOf(setting: Setting, fraction: number, random: Random): Request[] {
  const requests: Request[] = [];
  for (let p = 0; p < Math.round(setting.prefixes * fraction); p++) {
    const prefix = text(positive(random.logNormal(Math.log(setting.prefixLength), 0.4)), random);
    for (let k = random.poisson(setting.perPrefix); k > 0; k--) {
      const suffix = text(positive(random.logNormal(Math.log(200), 0.5)), random);
      const tokens = new Int32Array(prefix.length + suffix.length);
      tokens.set(prefix);
      tokens.set(suffix, prefix.length);
      const outLen = positive(random.logNormal(Math.log(setting.outputLength), 0.8));
      requests.push({ id: `${p}-${k}`, tokens, outLen });
    }
  }
  return random.shuffle(requests);
}

/** Ten system prompts, thirty documents each, eight questions a document: sharing at two levels. */
export function twoLevelBatch(fraction: number, random: Random): Request[] {
  const requests: Request[] = [];
  for (let s = 0; s < 10; s++) {
    const system = text(random.int(300, 800), random);
    for (let d = 0; d < Math.round(30 * fraction); d++) {
      const document = text(positive(random.logNormal(Math.log(1500), 0.4)), random);
      for (let q = 0; q < 8; q++) {
        const tokens = Int32Array.from([...system, ...document, ...text(200, random)]);
        requests.push({ id: `${s}-${d}-${q}`, tokens, outLen: 100 });
      }
    }
  }
  return random.shuffle(requests);
}
