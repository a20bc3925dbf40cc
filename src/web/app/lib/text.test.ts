import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../../papers/catalogue.ts";
import { bibtex } from "./cite.ts";
import { applyCommand, reproduceCommand } from "./command-line.ts";
import { count, formatDay, formatDuration, formatMeasured, formatMoment, formatNumber } from "./format.ts";
import { isText, previewOf } from "./preview.ts";
import { nextTheme, themeOf } from "./theme.ts";

describe("numbers and times", () => {
  it.each([
    [0, undefined, "0"],
    [1234567, undefined, "1,234,567"],
    [0.068519, undefined, "0.06852"],
    [-12.345, 1, "−12.3"],
    [0.003, 2, "0.003"],
    [0, 2, "0.00"],
    [3.2e-7, undefined, "3.20 × 10⁻⁷"],
    [2e20, undefined, "2.00 × 10²⁰"],
    [Number.POSITIVE_INFINITY, 1, "∞"],
    [Number.NaN, undefined, "not a number"],
  ])("%s to %s digits is %s", (value, digits, text) => {
    expect(formatNumber(value, digits)).toBe(text);
  });

  it("never shows a number of another sign or more than half a percent away", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e14, max: 1e14 }), (value) => {
        fc.pre(Math.abs(value) >= 1e-4);
        const back = Number(formatNumber(value).replaceAll(",", "").replace("−", "-"));
        expect(Math.abs(back - value)).toBeLessThanOrEqual(0.005 * Math.abs(value));
      }),
    );
  });

  it("shows a number and its interval to the same digits", () => {
    expect(formatMeasured({ value: 0.0685185, low: 0.039, high: 0.0978 })).toEqual({
      value: "0.0685",
      interval: "0.0390 to 0.0978",
    });
    expect(formatMeasured({ value: 12, low: 10, high: 14 })).toEqual({ value: "12", interval: "10 to 14" });
    expect(formatMeasured({ value: 12.25 })).toEqual({ value: "12.25" });
  });

  it("says durations, days and moments", () => {
    expect([834, 75_400, 3_720_000].map(formatDuration)).toEqual(["0.8 s", "1 min 15 s", "1 h 2 min"]);
    expect(formatDay("2026-11-03")).toBe("3 November 2026");
    expect(formatMoment("2026-11-03T04:05:06Z")).toBe("3 November 2026, 04:05 UTC");
    expect([count(1, "run"), count(2, "run")]).toEqual(["1 run", "2 runs"]);
  });
});

describe("command lines", () => {
  const base = { slug: "a", scale: "quick", seed: 1, defaults: { draws: 60, rules: ["x", "y"], maxDepth: 3 } };

  it("names what differs from the defaults, as flags", () => {
    const params = { draws: "60", maxDepth: 4, rules: ["x", "y"], path: "a b'c" };
    expect(reproduceCommand({ ...base, params })).toBe(
      "npx livepapers reproduce a --scale quick --seed 1 --max-depth 4 --path 'a b'\\''c'",
    );
  });

  it("puts the files of the first role first and the others behind their flag", () => {
    const files = [
      { role: "models", names: ["one.safetensors", "two (2).safetensors"] },
      { role: "testSet", names: ["t.csv"] },
    ];
    expect(applyCommand({ slug: "a", tool: "merge", files, params: {}, defaults: {} })).toBe(
      "npx livepapers apply a merge one.safetensors 'two (2).safetensors' --test-set t.csv",
    );
  });
});

describe("citations", () => {
  it("are well formed for every paper", () => {
    const keys = new Set<string>();
    for (const { card } of catalogue) {
      const entry = bibtex(card);
      expect(entry).toMatch(/^@(?:inproceedings|misc)\{[a-z]+\d{4}[a-z\d]+,\n/);
      const open = entry.replace(/\\[{}]/g, "");
      expect(open.split("{").length).toBe(open.split("}").length);
      keys.add(/\{([^,]+),/.exec(entry)?.[1] ?? "");
    }
    expect(keys.size).toBe(catalogue.length);
  });
});

describe("previews and themes", () => {
  it("cut long files and long lines", () => {
    const text = Array.from({ length: 30 }, (_, i) => `${i},${"x".repeat(300)}`).join("\r\n");
    const { text: head, cut } = previewOf(text);
    expect(cut).toBe(true);
    expect(head.split("\n")).toHaveLength(12);
    expect(Math.max(...head.split("\n").map((line) => line.length))).toBe(161);
    expect(previewOf("a\nb\n")).toEqual({ text: "a\nb", cut: false });
  });

  it("know text from other files", () => {
    expect(["text/csv", "application/json", "application/x-ndjson"].every(isText)).toBe(true);
    expect(isText("application/octet-stream")).toBe(false);
  });

  it("read the theme from the cookie and go round", () => {
    expect(themeOf("a=b; theme=dark")).toBe("dark");
    expect([themeOf(null), themeOf("theme=pink"), themeOf("mytheme=dark")]).toEqual(["auto", "auto", "auto"]);
    expect(nextTheme(nextTheme(nextTheme("auto")))).toBe("auto");
  });
});
