import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { describe, expect, it } from "vitest";
import { intervalLayers } from "./charts.ts";

const values = [
  { method: "a", n: 10, value: 4, low: 3, high: 7, least: 1, most: 8 },
  { method: "b", n: 20, value: 6, low: 5, high: 6.5, least: 2, most: 9 },
];
/** Ten pixels a unit, as the plot is 100 by 100 pixels. */
const scale = { domain: [0, 10] };
const method = { field: "method", type: "nominal" };
const n = { field: "n", type: "quantitative" };

async function draw(layer: object[]): Promise<string> {
  const spec = { width: 100, height: 100, data: { values }, layer } as TopLevelSpec;
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  return view.toSVG().finally(() => view.finalize());
}

/** Where the marks of a role stand: [x, y], and for rules the other end too. */
function positions(svg: string, role: "rule mark" | "point"): number[][] {
  const marks = svg.matchAll(
    new RegExp(
      `roledescription="${role}" transform="translate\\(([^,]+),([^)]+)\\)"(?: x2="([^"]+)" y2="([^"]+)")?`,
      "g",
    ),
  );
  return [...marks].map(([, ...found]) => {
    const [x = 0, y = 0, dx, dy] = found.filter((part) => part !== undefined).map(Number);
    return dx === undefined || dy === undefined ? [x, y] : [x, y, x + dx, y + dy];
  });
}

const axisTitles = (svg: string): (string | undefined)[] =>
  [...svg.matchAll(/role-axis-title[^>]*><text[^>]*>([^<]*)/g)].map(([, title]) => title);

describe("intervalLayers", () => {
  it("draws points above rules from low to high, along x", async () => {
    const svg = await draw(intervalLayers("x", { field: "value", title: "accuracy", scale }, { y: method }));
    expect(positions(svg, "rule mark")).toEqual([
      [30, 25, 70, 25],
      [50, 75, 65, 75],
    ]);
    expect(positions(svg, "point")).toEqual([
      [40, 25],
      [60, 75],
    ]);
    expect(svg).not.toContain("line mark");
    expect(svg.indexOf('"rule mark"')).toBeLessThan(svg.indexOf('"point"'));
    expect(axisTitles(svg)).toEqual(["accuracy", "method"]);
  });

  it("draws a line with points and rules between other fields, along y, and leaves the other axis its range", async () => {
    const options = { mark: "line", low: "least", high: "most" } as const;
    const svg = await draw(intervalLayers("y", { field: "value", title: null, scale }, { x: n }, options));
    expect(positions(svg, "rule mark")).toEqual([
      [0, 90, 0, 20],
      [100, 80, 100, 10],
    ]);
    expect(positions(svg, "point")).toEqual([
      [0, 60],
      [100, 40],
    ]);
    expect(svg).toMatch(/"line mark"[^>]* d="M0,60L100,40"/);
    expect(axisTitles(svg)).toEqual(["n"]);
  });

  it("dashes the line only", async () => {
    const strokeDash = { field: "method", type: "nominal", scale: { range: [[5, 5]] }, legend: null };
    const svg = await draw(intervalLayers("y", { field: "value", scale }, { x: n }, { mark: "line", strokeDash }));
    expect(svg).toMatch(/"line mark"[^>]* stroke-dasharray="5,5"/);
    expect(svg).not.toMatch(/"rule mark"[^>]* stroke-dasharray/);
  });
});
