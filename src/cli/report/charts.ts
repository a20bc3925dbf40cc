import { noLoader } from "../../kit/no-loader.ts";
import type { Chart } from "../../kit/paper.ts";

const width = 640;

/** Specifications may ask for the width of their container; a file has none. */
function withWidth(spec: Record<string, unknown>): Record<string, unknown> {
  const composed = ["hconcat", "concat", "facet", "repeat"].some((key) => key in spec);
  const fixed = { ...spec };
  if (fixed.width === "container" || (fixed.width === undefined && !composed && !("vconcat" in spec)))
    fixed.width = width;
  if (fixed.height === "container") delete fixed.height;
  for (const key of ["vconcat", "hconcat", "concat"]) {
    const inner = fixed[key];
    const share = key === "vconcat" ? width : width / 2;
    if (Array.isArray(inner)) {
      fixed[key] = inner.map((one: Record<string, unknown>) => ({
        ...one,
        width: one.width === "container" ? share : (one.width ?? share),
      }));
    }
  }
  const { spec: repeated } = fixed;
  if (typeof repeated === "object" && repeated !== null && "width" in repeated && repeated.width === "container") {
    fixed.spec = { ...repeated, width: width / 2 };
  }
  return fixed;
}

function escapeText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/**
 * Draws a Vega-Lite chart as SVG in a theme, with its text alternative as the picture's description. A chart may come from a server: nothing is loaded, and
 * expressions are interpreted.
 */
export async function chartSvg(chart: Chart, config: Record<string, unknown>): Promise<string> {
  const [vega, vegaLite, { expressionInterpreter }] = await Promise.all([
    import("vega"),
    import("vega-lite"),
    import("vega-interpreter"),
  ]);
  const quiet = vega.logger(vega.Error);
  // The kit's charts are plain JSON; the compiler checks them when it reads them.
  const spec = { autosize: { type: "pad" }, ...withWidth(chart.spec) } as unknown as import("vega-lite").TopLevelSpec;
  const compiled = vegaLite.compile(spec, { config, logger: quiet }).spec;
  const view = new vega.View(vega.parse(compiled, {}, { ast: true }), {
    ...{ renderer: "none", logger: quiet, loader: noLoader },
    expr: expressionInterpreter,
  });
  try {
    const svg = await view.toSVG();
    const label = `<title>${escapeText(chart.alt)}</title>`;
    return svg.replace(/^<svg([^>]*)>/, `<svg$1 role="img">${label}`);
  } finally {
    view.finalize();
  }
}
