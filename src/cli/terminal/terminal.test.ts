import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Table } from "../../kit/paper.ts";
import { plainFormula, plainMarkdown, plainMath } from "../../kit/plain-math.ts";
import { columnDigits, formatCell, formatMeasured, formatNumber } from "./numbers.ts";
import { bar, createProgress } from "./progress.ts";
import { createPaint, createSheet } from "./sheet.ts";
import { renderTable } from "./table.ts";
import { clip, commandLine, duration, paragraph, textWidth, wrap } from "./text.ts";
import { renderVerdict } from "./verdict.ts";

const plain = createPaint(false);

describe("text", () => {
  it("counts columns: no colours, no combining marks, two for wide letters", () => {
    expect(textWidth(createPaint(true).good("holds"))).toBe(5);
    expect(textWidth("x\u0302y")).toBe(2);
    expect(textWidth("論文")).toBe(4);
  });

  it("wraps without losing a word and within the width", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-zφ]{1,12}$/), { maxLength: 60 }),
        fc.integer({ min: 12, max: 90 }),
        (words, width) => {
          const lines = wrap(words.join(" "), width);
          expect(lines.join(" ").split(" ").filter(Boolean)).toEqual(words);
          for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
    expect(paragraph("a b", 80, 2, 4)).toBe("  a b");
  });

  it("clips to the width and says so", () => {
    expect(clip("short", 5)).toBe("short");
    expect(clip("longer", 5)).toBe("long…");
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.integer({ min: 1, max: 40 }),
        (text, width) => textWidth(clip(text, width)) <= Math.max(1, width),
      ),
    );
  });

  it("breaks a command line where it can be pasted", () => {
    expect(commandLine("livepapers apply x a.csv --rule borda --out r.csv", 40)).toBe(
      "  livepapers apply x a.csv \\\n      --rule borda --out r.csv",
    );
  });

  it("says durations as people do", () => {
    expect([0, 340, 4231, 59_400, 65_000, 7_380_000].map(duration)).toEqual([
      "0 ms",
      "340 ms",
      "4.2 s",
      "59 s",
      "1 min 05 s",
      "2 h 03 min",
    ]);
  });
});

describe("maths as plain text", () => {
  it.each([
    ["\\epsilon \\le 2^{n-1}", "ε ≤ 2ⁿ⁻¹"],
    ["x_i^2 + \\alpha_{12}", "xᵢ² + α₁₂"],
    ["\\frac{a+b}{2}", "(a+b)/2"],
    ["\\sqrt{d}", "√d"],
    ["\\hat{\\theta}_k", "θ\u0302ₖ"],
    ["\\mathbf{w}^\\top x", "w^⊤ x"],
    ["O(n \\log n)", "O(n log n)"],
    ["\\sum_{i=1}^{n} x_i", "Σᵢ₌₁ⁿ xᵢ"],
    ["\\{0, 1\\}^d", "{0, 1}^d"],
    ["p_{q}", "p_q"],
  ])("%s", (tex, text) => {
    expect(plainFormula(tex).normalize("NFD")).toBe(text.normalize("NFD"));
  });

  it("leaves prose and prices alone, and ends on every input", () => {
    expect(plainMath("at $\\rho = 0.5$, for \\$5 and \\$6")).toBe("at ρ = 0.5, for $5 and $6");
    expect(plainMarkdown("# Head\n**Bold** `code` [link](https://x.org) and $\\phi$")).toBe(
      "Head\nBold code link (https://x.org) and φ",
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."\\{}^_$ab1 frac sqrt".split("")) }),
        (text) => typeof plainMath(`$${text}$`) === "string",
      ),
    );
  });
});

describe("numbers", () => {
  it("have sensible digits", () => {
    expect([0, 3, 2022, -1.5, 0.12345678, 12.3456, 123456.789, 1e-7, 2.5e12, Number.NaN, Infinity].map(formatNumber)).toEqual([
      "0", "3", "2022", "−1.5", "0.1235", "12.35", "123457", "1.00e-7", "2.50e12", "–", "∞",
    ]); // biome-ignore format: one line
  });

  it("let the interval decide the digits", () => {
    expect(formatMeasured({ label: "", value: 0.11812, low: 0.0921, high: 0.1449 })).toBe("0.118 [0.092, 0.145]");
    expect(formatMeasured({ label: "", value: 1234.5, low: 1100, high: 1360, unit: "ms" })).toBe(
      "1235 [1100, 1360] ms",
    );
    expect(formatMeasured({ label: "", value: 2, low: 2, high: 2 })).toBe("2 [2, 2]");
    expect(formatMeasured({ label: "", value: 0.5, low: Number.NEGATIVE_INFINITY, high: Infinity })).toBe("0.5");
  });

  it("agree within a column", () => {
    const column = { key: "x", label: "x" };
    expect(columnDigits({ ...column, digits: 1 }, [0.123])).toBe(1);
    expect(columnDigits(column, [1, 2, null])).toBe(0);
    expect(columnDigits(column, [0.1234, 12.5])).toBe(2);
    expect(columnDigits(column, [1e-6, 1e3])).toBeUndefined();
    expect([null, true, "a  b", 0.5, 0.0004, 0].map((cell) => formatCell(cell, 2))).toEqual([
      "–",
      "yes",
      "a b",
      "0.50",
      "0.0004",
      "0.00",
    ]);
  });
});

const cells = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer(),
  fc.string({ maxLength: 30 }),
  fc.boolean(),
  fc.constant(null),
);
const tables = fc.integer({ min: 1, max: 9 }).chain((width) =>
  fc.record({
    name: fc.constant("t"),
    title: fc.constant("Title"),
    columns: fc.tuple(
      ...Array.from({ length: width }, (_, i) =>
        fc.record({ key: fc.constant(`c${i}`), label: fc.stringMatching(/^[a-z]{1,14}$/) }),
      ),
    ),
    rows: fc.array(fc.record(Object.fromEntries(Array.from({ length: width }, (_, i) => [`c${i}`, cells]))), {
      maxLength: 6,
    }),
  }),
);

describe("tables", () => {
  const table: Table = {
    name: "t",
    title: "Errors",
    columns: [
      { key: "rule", label: "rule" },
      { key: "error", label: "error", unit: "%", digits: 1 },
    ],
    rows: [
      { rule: "borda", error: 5 },
      { rule: "mean", error: 12.25 },
    ],
  };

  it("line up", () => {
    expect(renderTable(table, 80, plain)).toBe(
      "Errors\nrule   error (%)\n────────────────\nborda        5.0\nmean        12.3".replace(
        "12.3",
        (12.25).toFixed(1),
      ),
    );
  });

  it("never run over the terminal, and show every column", () => {
    fc.assert(
      fc.property(tables, fc.constantFrom(60, 80, 120), (any, columns) => {
        const text = renderTable(any as Table, columns, plain);
        for (const line of text.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(columns);
        for (const { label } of any.columns) expect(text).toContain(label.slice(0, 7));
      }),
    );
  });

  it("says how many rows it left out", () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ rule: `r${i}`, error: i }));
    expect(renderTable({ ...table, rows }, 80, plain)).toContain("… and 40 more rows");
  });
});

describe("the verdict", () => {
  const part = { name: "headline", required: true, outcome: "holds" as const, inequality: "a > b", reported: [] };

  it("says n once when all agree", () => {
    const measured = [
      { label: "a", value: 1, n: 8 },
      { label: "b", value: 2, n: 8 },
    ];
    const text = renderVerdict({ outcome: "holds", parts: [{ ...part, measured }] }, 80, plain);
    expect(text).toContain("measured (n = 8)\n    a  1\n    b  2\n");
    const mixed = renderVerdict(
      {
        outcome: "holds",
        parts: [
          {
            ...part,
            measured: [
              { label: "a", value: 1, n: 8 },
              { label: "b", value: 2 },
            ],
          },
        ],
      },
      80,
      plain,
    );
    expect(mixed).toContain("a  1  n = 8");
  });

  it("gives long labels a line of their own", () => {
    const label = "a label that is much too long to stand beside its value on one line of eighty columns";
    const text = renderVerdict(
      { outcome: "holds", parts: [{ ...part, measured: [{ label, value: 0.5 }] }] },
      80,
      plain,
    );
    for (const line of text.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(80);
    expect(text).toContain("\n      0.5");
  });
});

describe("progress", () => {
  function sheetOf(tty: boolean) {
    const written: string[] = [];
    return { written, sheet: createSheet((text) => written.push(text), { tty, columns: 60 }) };
  }

  it("draws bars of one width", () => {
    for (const fraction of [-1, 0, 0.01, 0.5, 0.99, 1, 2]) expect(textWidth(bar(fraction, 20))).toBe(20);
  });

  it("keeps to one line on a terminal and takes it away once", () => {
    const { written, sheet } = sheetOf(true);
    const progress = createProgress(sheet);
    progress.update(0.5, "seed $\\phi$");
    progress.stop();
    progress.stop();
    expect(written.join("")).not.toContain("\n");
    expect(written.filter((text) => text.endsWith("\u001b[?25h"))).toHaveLength(1);
  });

  it("prints plain lines two seconds apart elsewhere", () => {
    const { written, sheet } = sheetOf(false);
    let now = 0;
    const progress = createProgress(sheet, () => now);
    for (const [at, message] of [
      [0, "a"],
      [500, "b"],
      [2500, "c"],
      [6000, "c"],
    ] as const) {
      now = at;
      progress.update(at / 10_000, message);
    }
    expect(written).toEqual(["  0 %  a (0 ms)\n", " 25 %  c (2.5 s)\n"]);
  });
});
