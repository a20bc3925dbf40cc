const months = "January February March April May June July August September October November December".split(" ");

/** 2026-11-23 → 23 November 2026. */
export function formatDay(iso: string): string {
  const [year = 0, month = 1, day = 1] = iso.slice(0, 10).split("-").map(Number);
  return `${day} ${months[month - 1] ?? ""} ${year}`;
}

/** A moment, to the minute, in UTC, the same on the server and in every browser. */
export function formatMoment(moment: Date | string): string {
  const iso = (typeof moment === "string" ? new Date(moment) : moment).toISOString();
  return `${formatDay(iso)}, ${iso.slice(11, 16)} UTC`;
}

/** 834 → "0.8 s", 75400 → "1 min 15 s". */
export function formatDuration(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

/** A number for reading: `digits` after the point when given, else about four significant digits. */
export function formatNumber(value: number, digits?: number): string {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return exponent(value);
  // What would round to nothing keeps its first digit.
  if (digits !== undefined && size > 0 && size < 0.5 * 10 ** -digits) return signed(value.toPrecision(1));
  if (digits !== undefined) return signed(value.toLocaleString("en-GB", fraction(digits)));
  if (Number.isInteger(value)) return signed(value.toLocaleString("en-GB"));
  return signed(value.toLocaleString("en-GB", { maximumFractionDigits: decimalsFor(size, 4) }));
}

/** Digits after the point that give `significant` digits. */
function decimalsFor(size: number, significant: number): number {
  return Math.max(0, Math.min(8, significant - 1 - Math.floor(Math.log10(size))));
}

/** A measured number and its interval, to the same number of digits. */
export function formatMeasured(m: { value: number; low?: number; high?: number }): {
  value: string;
  interval?: string;
} {
  if (m.low === undefined || m.high === undefined) return { value: formatNumber(m.value) };
  const all = [m.value, m.low, m.high];
  const size = Math.max(...all.map(Math.abs));
  const plain = all.every(Number.isFinite) && size >= 1e-4 && size < 1e15 && !all.every(Number.isInteger);
  const show = (x: number): string =>
    plain ? signed(x.toLocaleString("en-GB", fraction(decimalsFor(size, 3)))) : formatNumber(x);
  return { value: show(m.value), interval: `${show(m.low)} to ${show(m.high)}` };
}

function fraction(digits: number): Intl.NumberFormatOptions {
  const places = Math.max(0, Math.min(20, digits));
  return { minimumFractionDigits: places, maximumFractionDigits: places };
}

/** A true minus sign: it is as wide as a plus and does not break from its number. */
function signed(text: string): string {
  return text.replace(/^-/, "−");
}

const superscripts: Record<string, string> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

function exponent(value: number): string {
  const [mantissa = "", power = ""] = value.toExponential(2).split("e");
  const raised = [...power.replace("+", "")].map((character) => superscripts[character] ?? "").join("");
  return signed(`${mantissa} × 10${raised}`);
}

/** "1 run", "2 runs". */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString("en-GB")} ${noun}${n === 1 ? "" : "s"}`;
}
