import type { Work } from "./work.ts";

/**
 * The update of the state token by token on the vector instructions of WebAssembly. `state-recurrence.wat` is its source; the
 * bytes are `wat2wasm state-recurrence.wat` (npm package `wabt`).
 */
const bytes =
  "AGFzbQEAAAABDwFgC39/f39/f39/f399AAMCAQAFAwEAAQcRAgZtZW1vcnkCAARzdGVwAAAK6AMB5QMCBn8MeyAK/RMhESAHQQJ0IRADQEEAIQsD" +
  "QCADIAtqIQ0gDf0ABAAhFSAN/QAEECEWIA39AAQgIRcgDf0ABDAhGP0MAAAAAAAAAAAAAAAAAAAAACEZ/QwAAAAAAAAAAAAAAAAAAAAAIRr9DAAA" +
  "AAAAAAAAAAAAAAAAAAAhG/0MAAAAAAAAAAAAAAAAAAAAACEcIAQgC2ohDSABIQ4gAiEPIAYhDANAIA/9CQIAIRMgDv0JAgAhFCARIA39AAQA/eYB" +
  "IBMgFf3mAf3kASESIA0gEv0LBAAgGSAUIBL95gH95AEhGSARIA39AAQQ/eYBIBMgFv3mAf3kASESIA0gEv0LBBAgGiAUIBL95gH95AEhGiARIA39" +
  "AAQg/eYBIBMgF/3mAf3kASESIA0gEv0LBCAgGyAUIBL95gH95AEhGyARIA39AAQw/eYBIBMgGP3mAf3kASESIA0gEv0LBDAgHCAUIBL95gH95AEh" +
  "HCAPQQRqIQ8gDkEEaiEOIA0gEGohDSAMQQFrIgwNAAsgACALaiENIA0gGf0LBAAgDSAa/QsEECANIBv9CwQgIA0gHP0LBDAgC0HAAGoiCyAQSQ0A" +
  "CyABIAhqIQEgAiAIaiECIAMgCWohAyAAIAlqIQAgBUEBayIFDQALCw==";

interface Kernel {
  memory: WebAssembly.Memory;
  step(
    out: number,
    q: number,
    k: number,
    v: number,
    state: number,
    n: number,
    d: number,
    e: number,
    stepQ: number,
    stepV: number,
    lambda: number,
  ): void;
}

let kernel: Kernel | null | undefined;

/** The compiled kernel, or null where WebAssembly SIMD is missing. */
function loadKernel(): Kernel | null {
  if (kernel !== undefined) return kernel;
  try {
    const binary = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
    kernel = new WebAssembly.Instance(new WebAssembly.Module(binary)).exports as unknown as Kernel;
  } catch {
    kernel = null;
  }
  return kernel;
}

export interface RecurrenceSizes {
  n: number;
  d: number;
  e: number;
  lambda: number;
  /** From the last token to the first. */
  reversed?: boolean;
}

/** Tokens copied into the kernel's memory at a time. */
const chunk = 128;

/**
 * $S \leftarrow \lambda S + k_t^\top v_t$, $o_t = q_t S$ for n tokens of one sequence, on vector instructions where there
 * are any and e is a multiple of 16, else in plain loops. Changes `state` (d × e) in place.
 */
export function recur(
  out: Float32Array,
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  state: Float32Array,
  sizes: RecurrenceSizes,
  work: Work,
): void {
  const wasm = sizes.e % 16 === 0 ? loadKernel() : null;
  if (!wasm) {
    recurPlain(out, q, k, v, state, sizes, work);
    return;
  }
  const { n, d, e, lambda, reversed = false } = sizes;
  const [startQ, startK, startV] = [d * e, d * e + chunk * d, d * e + 2 * chunk * d];
  const startOut = startV + chunk * e;
  const missing = 4 * (startOut + chunk * e) - wasm.memory.buffer.byteLength;
  if (missing > 0) wasm.memory.grow(Math.ceil(missing / 65536));
  const floats = new Float32Array(wasm.memory.buffer);
  floats.set(state, 0);
  for (let done = 0; done < n; done += chunk) {
    const b = Math.min(chunk, n - done);
    const at = reversed ? n - done - b : done;
    floats.set(q.subarray(at * d, (at + b) * d), startQ);
    floats.set(k.subarray(at * d, (at + b) * d), startK);
    floats.set(v.subarray(at * e, (at + b) * e), startV);
    const first = reversed ? b - 1 : 0;
    const [stepQ, stepV] = reversed ? [-4 * d, -4 * e] : [4 * d, 4 * e];
    const place = (start: number, width: number) => 4 * (start + first * width);
    wasm.step(
      place(startOut, e),
      place(startQ, d),
      place(startK, d),
      place(startV, e),
      0,
      b,
      d,
      e,
      stepQ,
      stepV,
      lambda,
    );
    out.set(floats.subarray(startOut, startOut + b * e), at * e);
  }
  state.set(floats.subarray(0, d * e));
  work.kernel(n * 2 * d * e, startOut + chunk * e);
}

/** The same in plain loops: the state is kept transposed so that four outputs add up in registers. */
export function recurPlain(
  out: Float32Array,
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  state: Float32Array,
  { n, d, e, lambda, reversed = false }: RecurrenceSizes,
  work: Work,
): void {
  const S = new Float32Array(d * e); // e × d
  for (let i = 0; i < d; i++) for (let j = 0; j < e; j++) S[j * d + i] = state[i * e + j] as number;
  for (let step = 0; step < n; step++) {
    const t = reversed ? n - 1 - step : step;
    for (let j = 0; j < e; j++) {
      const value = v[t * e + j] as number;
      const row = j * d;
      let sum = 0;
      for (let i = 0; i < d; i++) {
        const next = lambda * (S[row + i] as number) + (k[t * d + i] as number) * value;
        S[row + i] = next;
        sum += (q[t * d + i] as number) * next;
      }
      out[t * e + j] = sum;
    }
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < e; j++) state[i * e + j] = S[j * d + i] as number;
  work.kernel(n * 2 * d * e, d * e);
}
