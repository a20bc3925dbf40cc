import { type MultiplyOptions, multiply } from "../../../kit/nets/multiply.ts";

/**
 * The exact cost of a computation, counted as it runs: multiply-adds, and bytes of every buffer that is neither an input nor
 * an output. Pass one in the options of a function to have it filled.
 */
export class Work {
  multiplyAdds = 0;
  #held = 0;
  #shared = 0;

  /** Working memory: the buffers a call allocates, and the largest of those that its kernels use in turn. */
  get workingBytes(): number {
    return this.#held + this.#shared;
  }

  /** A zeroed buffer, counted. */
  floats(length: number): Float32Array {
    this.#held += 4 * length;
    return new Float32Array(length);
  }

  /** Counts a kernel's call: what it multiplied, and the numbers it kept in memory meanwhile. */
  kernel(multiplyAdds: number, floats: number): void {
    this.multiplyAdds += multiplyAdds;
    this.#shared = Math.max(this.#shared, 4 * floats);
  }

  /** $C = AB$ on the kernel that all methods here share; see `multiply`. */
  product(
    out: Float32Array,
    a: Float32Array,
    b: Float32Array,
    m: number,
    n: number,
    k: number,
    options?: MultiplyOptions,
  ): void {
    this.kernel(m * n * k, m * k + k * n + m * n); // it works on copies
    multiply(out, a, b, m, n, k, options);
  }
}
