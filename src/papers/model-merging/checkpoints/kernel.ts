/**
 * The inner loops of a merge in WebAssembly SIMD, for stretches of 32-bit floats; `kernel.wat` is its source and the bytes
 * below are `wat2wasm kernel.wat` (npm package `wabt`). It computes in double precision and in the same order as the plain
 * loops of weighted-sum.ts and fisher-merging/merge-values.ts, so both give the same bits; one core merges about three times as many parameters with it.
 */
const bytes =
  "AGFzbQEAAAABGgVgAX8AYAN/fHwAYAJ/fABgAX8BfWABfwF8AwcGAAECAwMEBQMBAAQHSwcGbWVtb3J5AgAFY2xlYXIAAAthZGRXZWlnaHRlZA" +
  "ABCGFkZFBsYWluAAIGZGl2aWRlAAMFcm91bmQABAxzdW1PZlNxdWFyZXMABQqTBAYcAEEAQQAgAEEDdPwLAEGAgARBACAAQQN0/AsAC3gCA38D" +
  "eyAB/RQhByAC/RQhCANAIANBAnQhBCADQQN0IQUgByAE/V0DgIAK/V8gCP31Af3yASEGIAUgBf0ABAAgBv3wAf0LBAAgBSAF/QAEgIAEIAYgBP" +
  "1dA4CACP1f/fIB/fAB/QsEgIAEIANBAmoiAyAASQ0ACwtLAgN/AXsgAf0UIQUDQCACQQJ0IQMgAkEDdCEEIAQgBP0ABICABCAFIAP9XQOAgAj9" +
  "X/3yAf3wAf0LBICABCACQQJqIgIgAEkNAAsLaAICfwJ7A0AgAUEDdCECIAL9AASAgAQgAv0ABAD98wH9XiEDIAQgA/0MAAAAAAAAAAAAAAAAAA" +
  "AAAP3mAf3kASEEIAFBAnQgA/1bA4CADAAgAUECaiIBIABJDQALIAT9HwAgBP0fAZILWwIBfwJ7A0AgAUEDdP0ABICABP1eIQIgAyAC/QwAAAAA" +
  "AAAAAAAAAAAAAAAA/eYB/eQBIQMgAUECdCAC/VsDgIAMACABQQJqIgEgAEkNAAsgA/0fACAD/R8BkgtqAgF/A3sDQCABQQJ0/V0DgIAK/V8hAi" +
  "ADIAIgAv3yAf3wASEDIAQgAv0MAAAAAAAAAAAAAAAAAAAAAP1J/VAhBCABQQJqIgEgAEkNAAsgBP1TBEBEAAAAAAAA+H8PCyAD/SEAIAP9IQGg" +
  "Cw==";

/** Parameters that the kernel's memory has room for. */
export const kernelBlock = 8192;

interface Exports {
  memory: WebAssembly.Memory;
  clear(n: number): void;
  addWeighted(n: number, weight: number, floor: number): void;
  addPlain(n: number, weight: number): void;
  divide(n: number): number;
  round(n: number): number;
  sumOfSquares(n: number): number;
}

/** The kernel's loops and views of its memory, each of {@link kernelBlock} numbers. */
export interface Kernel extends Omit<Exports, "memory"> {
  values: Float32Array;
  fisher: Float32Array;
  out: Float32Array;
}

let loaded: Kernel | null | undefined;

/** The kernel, or null where WebAssembly SIMD is missing. */
export function mergeKernel(): Kernel | null {
  if (loaded !== undefined) return loaded;
  try {
    const binary = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
    const exports = new WebAssembly.Instance(new WebAssembly.Module(binary)).exports as unknown as Exports;
    const view = (at: number): Float32Array => new Float32Array(exports.memory.buffer, at, kernelBlock);
    loaded = { ...exports, values: view(131072), fisher: view(163840), out: view(196608) };
  } catch {
    loaded = null;
  }
  return loaded;
}

/** Copies up to a block of numbers and fills up to an even count, which the kernel works on. */
export function intoBlock(block: Float32Array, from: Float32Array, start: number, size: number, filler: number): void {
  block.set(from.subarray(start, start + size));
  if (size % 2 === 1) block[size] = filler;
}
