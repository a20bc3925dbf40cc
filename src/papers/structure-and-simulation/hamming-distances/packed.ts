import { addProduct, roundingBound } from "./correlate.ts";
import { fourier } from "./fft.ts";
import type { SymbolPair } from "./symbols.ts";

/** How many characters share a complex transform. */
export type PerTransform = 1 | 2 | 4;

/** Most numbers kept as pattern spectra, 512 MB; beyond that they are computed again for each block. */
const keptSpectra = 1 << 26;

/** Thrown when a rounded value is not where it can only be; the caller takes a safer way. */
export class PackingError extends Error {
  override readonly name = "PackingError";
}

/**
 * Counts matches of whole groups of characters with complex transforms, up to four characters in one.
 *
 * Two characters fit in the real and imaginary part, because
 * $\mathrm{Re}\big[(t_1+it_2)\star\overline{(p_1+ip_2)}\big]=t_1\star p_1+t_2\star p_2$. Two more fit as digits to a base $D$:
 * with $a=(\mathbb 1_{c_0}+D\,\mathbb 1_{c_1})+i(\mathbb 1_{c_2}+D\,\mathbb 1_{c_3})$ from the text and
 * $b=(D\,\mathbb 1_{c_0}+\mathbb 1_{c_1})+i(D\,\mathbb 1_{c_2}+\mathbb 1_{c_3})$ from the pattern, the digit of $D^1$ in the real
 * part of $a\star b$ counts the matches of all four; the digits of $D^0$ and $D^2$ collect pairs of different characters. This is
 * the floating-point counterpart of packing several counters into a machine word.
 *
 * At one alignment each pattern position adds to at most one digit, so all digits together are at most $H$, the number of
 * pattern positions with a packed character. $D$ is a power of two above $2H$. Then the lowest digit is below $D/2$, and
 * $\lfloor r/D+\tfrac14\rfloor \bmod D$ is the wanted digit as long as the rounding error stays under $D/4$, not ½: the wide digits
 * pay for themselves in precision. Products of all groups are added in the frequency domain, so a block of text takes one
 * inverse transform whatever the number of groups, and pattern spectra are computed once for all blocks.
 */
export class PackedCounter {
  readonly size: number;
  readonly perTransform: PerTransform;
  /** $D$; 1 when digits are not used. */
  readonly base: number;
  /** Transforms done so far, in either direction. */
  transforms = 0;
  readonly #pair: SymbolPair;
  readonly #groups: readonly (readonly number[])[];
  readonly #spectra: ({ re: Float64Array; im: Float64Array } | undefined)[] = [];
  readonly #work: Float64Array[];
  /** By character; zero but while a group is being written. */
  readonly #weightRe: Float64Array;
  readonly #weightIm: Float64Array;

  /** @param groups characters by code; each group has at most `perTransform` of them. */
  constructor(pair: SymbolPair, groups: readonly (readonly number[])[], size: number, perTransform: PerTransform) {
    let covered = 0;
    for (const group of groups) for (const c of group) covered += pair.patternCounts[c] as number;
    this.#pair = pair;
    this.#groups = groups;
    this.size = size;
    this.perTransform = perTransform;
    this.base = perTransform === 4 ? 2 ** (Math.floor(Math.log2(2 * Math.max(1, covered))) + 1) : 1;
    this.#weightRe = new Float64Array(pair.alphabet);
    this.#weightIm = new Float64Array(pair.alphabet);
    this.#work = Array.from({ length: 4 }, () => new Float64Array(size));
  }

  /**
   * Bound on the rounding error of this packing in units of the wanted digit, from $\lVert a\rVert\lVert b\rVert$ over the
   * groups. Safe below ⅛.
   */
  static risk(
    pair: SymbolPair,
    groups: readonly (readonly number[])[],
    size: number,
    perTransform: PerTransform,
  ): number {
    let covered = 0;
    let norms = 0;
    for (const group of groups) {
      let inText = 0;
      let inPattern = 0;
      for (const c of group) {
        inText += Math.min(size, pair.textCounts[c] as number);
        inPattern += pair.patternCounts[c] as number;
      }
      covered += inPattern;
      norms += Math.sqrt(inText * inPattern);
    }
    const base = perTransform === 4 ? 4 * Math.max(1, covered) : 1;
    return roundingBound(size, base * norms);
  }

  /** Weights of a group's characters: part (real or imaginary) and digit, text side and pattern side. */
  #fill(
    re: Float64Array,
    im: Float64Array,
    codes: Int32Array,
    group: readonly number[],
    side: "text" | "pattern",
  ): void {
    const weightRe = this.#weightRe;
    const weightIm = this.#weightIm;
    for (const [slot, c] of group.entries()) {
      // Slots 0 and 1 share the real part where there are digits; slots 0 and 2 come first in their parts.
      const part = this.base > 1 ? slot >> 1 : slot;
      const high = this.base > 1 && (slot & 1) === (side === "text" ? 1 : 0);
      (part === 0 ? weightRe : weightIm)[c] = high ? this.base : 1;
    }
    const length = Math.min(codes.length, re.length);
    for (let u = 0; u < length; u++) {
      const c = codes[u] as number;
      re[u] = weightRe[c] as number;
      im[u] = weightIm[c] as number;
    }
    re.fill(0, length);
    im.fill(0, length);
    for (const c of group) {
      weightRe[c] = 0;
      weightIm[c] = 0;
    }
  }

  #spectrum(index: number): { re: Float64Array; im: Float64Array } {
    const known = this.#spectra[index];
    if (known) return known;
    const made = { re: new Float64Array(this.size), im: new Float64Array(this.size) };
    this.#fill(made.re, made.im, this.#pair.pattern, this.#groups[index] ?? [], "pattern");
    fourier(this.size).forward(made.re, made.im);
    this.transforms++;
    if (2 * this.size * (index + 1) <= keptSpectra) this.#spectra[index] = made;
    return made;
  }

  /**
   * Adds to `matches` those of the chosen groups at the alignments $[\mathit{from},\mathit{to})$, at most $L-m+1$ of them.
   * Throws PackingError when a value is further from its place than rounding can explain.
   */
  addBlock(matches: Int32Array, from: number, to: number, chosen: readonly number[]): void {
    const transform = fourier(this.size);
    const [re, im, sumRe, sumIm] = this.#work as [Float64Array, Float64Array, Float64Array, Float64Array];
    const text = this.#pair.text.subarray(from, Math.min(from + this.size, to + this.#pair.pattern.length - 1));
    sumRe.fill(0);
    sumIm.fill(0);
    for (const index of chosen) {
      const pattern = this.#spectrum(index);
      this.#fill(re, im, text, this.#groups[index] ?? [], "text");
      transform.forward(re, im);
      this.transforms++;
      addProduct(sumRe, sumIm, re, im, pattern.re, pattern.im);
    }
    transform.inverse(sumRe, sumIm);
    this.transforms++;
    const { base } = this;
    const scale = 1 / (this.size * base);
    const above = base > 1 ? 0.625 : 0.125;
    for (let i = from, u = 0; i < to; i++, u++) {
      const value = (sumRe[u] as number) * scale;
      const digits = Math.floor(value + 0.25);
      const rest = value - digits;
      if (!(rest > -0.125 && rest < above)) throw new PackingError(`remainder ${rest} at alignment ${i}`);
      const count = base > 1 ? digits - base * Math.floor(digits / base) : digits;
      matches[i] = (matches[i] as number) + count;
    }
  }
}
