import FFT from "fft.js";
import { Random } from "../src/kit/random.ts";
import { correlate } from "../src/papers/structure-and-simulation/hamming-distances/correlate.ts";
import {
  type Family,
  familyPair,
  hardPair,
} from "../src/papers/structure-and-simulation/hamming-distances/families.ts";
import { Fourier } from "../src/papers/structure-and-simulation/hamming-distances/fft.ts";
import { countMatches } from "../src/papers/structure-and-simulation/hamming-distances/hamming.ts";
import { kMismatch } from "../src/papers/structure-and-simulation/hamming-distances/k-mismatch.ts";
import { naiveMatches, plainMatches } from "../src/papers/structure-and-simulation/hamming-distances/naive.ts";
import type { SymbolPair } from "../src/papers/structure-and-simulation/hamming-distances/symbols.ts";
import type { Bench } from "./bench.ts";

/** One real transform per symbol and side with the package fft.js, over the whole text; products added, one inverse. */
function perSymbolFft({ text, pattern, alphabet, textCounts, patternCounts, alignments }: SymbolPair): Int32Array {
  const size = 2 ** Math.ceil(Math.log2(text.length));
  const fft = new FFT(size);
  const [a, b, sum, back] = [0, 0, 0, 0].map(() => new Float64Array(2 * size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [t, p] = [new Float64Array(size), new Float64Array(size)];
  for (let c = 0; c < alphabet; c++) {
    if (textCounts[c] === 0 || patternCounts[c] === 0) continue;
    for (let i = 0; i < text.length; i++) t[i] = text[i] === c ? 1 : 0;
    for (let j = 0; j < pattern.length; j++) p[j] = pattern[j] === c ? 1 : 0;
    fft.realTransform(a, t);
    fft.realTransform(b, p);
    for (let k = 0; k <= size; k += 2) {
      const [ar, ai, br, bi] = [a[k] ?? 0, a[k + 1] ?? 0, b[k] ?? 0, b[k + 1] ?? 0];
      sum[k] = (sum[k] ?? 0) + ar * br + ai * bi;
      sum[k + 1] = (sum[k + 1] ?? 0) + ai * br - ar * bi;
    }
  }
  fft.completeSpectrum(sum);
  fft.inverseTransform(back, sum);
  return Int32Array.from({ length: alignments }, (_, i) => Math.round(back[2 * i] ?? 0));
}

function cases(pair: SymbolPair, { plain = true, perSymbol = true } = {}): Record<string, () => unknown> {
  return {
    auto: () => countMatches(pair),
    ...(plain
      ? { "naive, plain loop": () => plainMatches(pair), "naive, four at a time": () => naiveMatches(pair) }
      : {}),
    ...(perSymbol ? { "FFT per symbol (fft.js)": () => perSymbolFft(pair) } : {}),
    "FFT per symbol (own)": () => countMatches(pair, { method: "fft" }),
    "Abrahamson, 1 per transform": () => countMatches(pair, { method: "abrahamson" }),
  };
}

/** Distances against the naive loop and an FFT per symbol, over pattern length, text length and alphabet. */
export default async function bench(report: Bench): Promise<void> {
  const random = new Random(1);
  const growth: { m: number; auto: number; naive: number; perSymbol: number }[] = [];
  for (const exponent of [6, 8, 10, 12, 13]) {
    const m = 2 ** exponent;
    const n = 8 * m;
    const medians = await report.compare(`hard family, m = ${m}, n = ${n}`, cases(hardPair(n, m, random)), {
      rounds: exponent > 11 ? 3 : 7,
      unit: { name: "symbols", count: n },
    });
    const ns = (name: string): number => ((medians[name] ?? Number.NaN) * 1e6) / n;
    growth.push({
      m,
      auto: ns("auto"),
      naive: ns("naive, four at a time"),
      perSymbol: ns("FFT per symbol (fft.js)"),
    });
  }
  report.line("\ngrowth on the hard family, ns per text symbol");
  for (const { m, auto, naive, perSymbol } of growth) {
    const faster = naive / auto;
    report.line(
      `  m = ${String(m).padStart(5)}  auto ${auto.toFixed(0).padStart(6)}  naive ${naive.toFixed(0).padStart(6)}  FFT per symbol ${perSymbol.toFixed(0).padStart(6)}  naive/auto ×${faster.toPrecision(3)}`,
    );
  }
  const behind = growth.filter(({ auto, naive }) => auto >= naive).map(({ m }) => m);
  report.line(
    `  crossover: ${behind.length > 0 ? `auto is ahead beyond m = ${Math.max(...behind)}` : "auto is ahead everywhere"}`,
  );

  for (const family of ["DNA", "uniform", "Zipf"] as Family[]) {
    const pair = familyPair(family, 1 << 16, 1 << 12, random);
    await report.compare(
      `${family}, m = 4096, n = 65536, ${pair.alphabet} symbols`,
      cases(pair, { perSymbol: family === "DNA" }),
      {
        rounds: 3,
        unit: { name: "symbols", count: 1 << 16 },
      },
    );
  }
  for (const n of [1 << 16, 1 << 18, 1 << 20]) {
    await report.compare(`hard family, m = 1024, n = ${n}`, cases(hardPair(n, 1024, random), { plain: n < 1 << 20 }), {
      rounds: 3,
      unit: { name: "symbols", count: n },
    });
  }

  const dna = familyPair("DNA", 1 << 18, 64, random);
  const periodic = familyPair("periodic", 1 << 16, 2048, random);
  const symbols = (codes: Int32Array) => Uint32Array.from(codes);
  for (const [title, pair] of [
    ["up to 3 mismatches, random DNA, m = 64, n = 2^18", dna],
    ["up to 3 mismatches, periodic text, m = 2048, n = 2^16", periodic],
  ] as const) {
    const [text, pattern] = [symbols(pair.text), symbols(pair.pattern)];
    await report.compare(
      title,
      Object.fromEntries(
        (["auto", "scan", "kangaroo", "exact"] as const).map((method) => [
          method,
          () => kMismatch(text, pattern, 3, { method }),
        ]),
      ),
      { rounds: 3 },
    );
  }

  for (const exponent of [12, 16, 18, 20]) {
    const size = 2 ** exponent;
    const fft = new FFT(size);
    const own = new Fourier(size);
    const input = Float64Array.from({ length: 2 * size }, () => random.int(0, 1));
    const output = new Float64Array(2 * size);
    const [re, im] = [input.slice(0, size), input.slice(size)];
    await report.compare(`complex transform of 2^${exponent} points`, {
      own: () => {
        re.set(input.subarray(0, size));
        im.set(input.subarray(size));
        own.forward(re, im);
      },
      "fft.js": () => fft.transform(output, input),
    });
  }
  const a = Float64Array.from({ length: 1 << 20 }, () => random.int(0, 9));
  const b = a.slice(0, 1 << 19);
  await report.compare("exact correlation, 2^20 with 2^19 values", { correlate: () => correlate(a, b) });
  report.skipped("SciPy, Parasail, the word-RAM construction of the paper", "not available in this runtime");
}
