import type { Measured } from "../../../kit/paper.ts";

/** The span that all numbers of a part share, with zero in it; null when they differ too much to be seen side by side. */
export function sharedSpan(measured: readonly Measured[]): { low: number; high: number } | null {
  const ends = measured.flatMap((m) => [m.value, m.low ?? m.value, m.high ?? m.value]);
  const units = new Set(measured.map((m) => m.unit ?? ""));
  const withInterval = measured.some((m) => m.low !== undefined && m.high !== undefined);
  if (!withInterval || units.size > 1 || !ends.every(Number.isFinite)) return null;
  const low = Math.min(0, ...ends);
  const high = Math.max(0, ...ends);
  const widths = measured.map((m) => Math.max(Math.abs(m.value), Math.abs(m.low ?? 0), Math.abs(m.high ?? 0)));
  const smallest = Math.min(...widths.filter((width) => width > 0));
  return high > low && (high - low) / smallest < 200 ? { low, high } : null;
}

/** One number and its interval on the span of its part, with a line at zero. The numbers stand beside it in words. */
export function ForestRow({ measured: m, span }: { measured: Measured; span: { low: number; high: number } }) {
  const x = (value: number): number => 3 + (114 * (value - span.low)) / (span.high - span.low);
  return (
    <svg className="forest" viewBox="0 0 120 16" width="120" height="16" aria-hidden="true">
      <line x1={x(0)} x2={x(0)} y1="0" y2="16" stroke="var(--rule-strong)" strokeWidth="1" />
      {m.low !== undefined && m.high !== undefined && (
        <line x1={x(m.low)} x2={x(m.high)} y1="8" y2="8" stroke="currentColor" strokeWidth="1.75" />
      )}
      <circle cx={x(m.value)} cy="8" r="3.1" fill="currentColor" />
    </svg>
  );
}
