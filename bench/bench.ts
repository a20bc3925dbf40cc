import { median, quantile } from "../src/kit/stats.ts";

/** What a benchmark file is given: it compares cases side by side and prints ratios. */
export interface Bench {
  /** Runs the cases interleaved (A B C A B C …) and prints median, spread and the ratio to the first case. */
  compare(
    title: string,
    cases: Record<string, () => unknown | Promise<unknown>>,
    options?: { rounds?: number; unit?: { name: string; count: number } },
  ): Promise<Record<string, number>>;
  line(text: string): void;
  /** A peer that is not installed or cannot run here. */
  skipped(peer: string, why: string): void;
}

export type BenchFile = { default(bench: Bench): Promise<void> };

function milliseconds(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** A bench that prints to standard output. */
export function createBench(print: (line: string) => void = console.log): Bench {
  return {
    async compare(title, cases, { rounds = 5, unit } = {}) {
      const names = Object.keys(cases);
      const times = new Map<string, number[]>(names.map((name) => [name, []]));
      for (const name of names) await cases[name]?.(); // warm-up, not counted
      for (let round = 0; round < rounds; round++) {
        for (const name of names) {
          const start = performance.now();
          await cases[name]?.();
          times.get(name)?.push(performance.now() - start);
        }
      }
      const medians = Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])]));
      const first = medians[names[0] ?? ""] ?? Number.NaN;
      const width = Math.max(...names.map((name) => name.length));
      print(`\n${title} (${rounds} rounds, interleaved)`);
      for (const name of names) {
        const all = times.get(name) ?? [];
        const middle = medians[name] ?? Number.NaN;
        const spread = `${milliseconds(quantile(all, 0))}–${milliseconds(quantile(all, 1))}`;
        const rate = unit ? `  ${((unit.count / middle) * 1000).toPrecision(3)} ${unit.name}/s` : "";
        print(
          `  ${name.padEnd(width)}  ${milliseconds(middle).padStart(8)} ms  [${spread}]  ×${(middle / first).toPrecision(3)}${rate}`,
        );
      }
      return medians;
    },
    line: print,
    skipped: (peer, why) => print(`  skipped ${peer}: ${why}`),
  };
}
