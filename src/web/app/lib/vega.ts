import embed, { type Config, type Result, type VisualizationSpec } from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";
import { noLoader } from "../../../kit/no-loader.ts";

const palette = Array.from({ length: 8 }, (_, i) => `var(--chart-${i + 1})`);

/** A colour of the page as the browser computes it; scales that mix colours need real ones. */
function computed(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The page's colours and type for Vega. Named colours are variables of the page: a chart follows a change of theme by itself. */
function pageConfig(): Config {
  const style = getComputedStyle(document.documentElement);
  const font = style.getPropertyValue("--sans").trim();
  const text = { labelFont: font, titleFont: font, labelColor: "var(--ink-soft)", titleColor: "var(--ink)" };
  const ramp = [computed("--chart-low"), computed("--chart-1")];
  return {
    background: "transparent",
    font,
    padding: 4,
    axis: {
      ...text,
      labelFontSize: 12,
      titleFontSize: 12.5,
      titleFontWeight: 500,
      titlePadding: 8,
      gridColor: "var(--rule)",
      domainColor: "var(--rule-strong)",
      tickColor: "var(--rule-strong)",
    },
    legend: { ...text, labelFontSize: 12, titleFontSize: 12.5, titleFontWeight: 500 },
    header: { ...text, labelFontSize: 12.5, titleFontSize: 12.5, titleFontWeight: 500 },
    title: { font, color: "var(--ink)", subtitleColor: "var(--ink-soft)", fontSize: 14, anchor: "start" },
    view: { stroke: "transparent", continuousHeight: 240, continuousWidth: 420 },
    range: {
      category: palette,
      ordinal: { scheme: ramp },
      heatmap: ramp,
      ramp,
      diverging: [computed("--chart-2"), computed("--page"), computed("--chart-1")],
    },
    mark: { color: palette[0] },
    point: { filled: true, size: 45, opacity: 1 },
    line: { strokeWidth: 2 },
    rule: { color: "var(--ink-soft)" },
    text: { font, color: "var(--ink)" },
    bar: { discreteBandSize: { band: 0.75 } },
  } as Config;
}

/** A single or layered view without a width of its own fills the column. */
function fitted(spec: Record<string, unknown>): VisualizationSpec {
  const composed = ["facet", "hconcat", "vconcat", "concat", "repeat", "spec"].some((key) => key in spec);
  const encoding = (spec.encoding ?? {}) as Record<string, unknown>;
  const faceted = ["row", "column", "facet"].some((key) => key in encoding);
  const own = composed || faceted || ("width" in spec && spec.width !== "container");
  const fit = own ? {} : { width: "container", autosize: { type: "fit-x", contains: "padding" } };
  // The specification is a Vega-Lite one by contract (kit/paper.ts); Vega reports what it cannot read.
  return { ...fit, ...spec } as unknown as VisualizationSpec;
}

/**
 * Draws a chart into an element. Expressions are interpreted: no code is made from a specification. Nothing is loaded or linked, and the specification
 * has no say in how it is embedded or in which language it is.
 */
export function draw(element: HTMLElement, spec: Record<string, unknown>): Promise<Result> {
  const { usermeta: _usermeta, $schema: _schema, ...drawn } = spec;
  return embed(element, fitted(drawn), {
    mode: "vega-lite",
    loader: noLoader,
    renderer: "svg",
    actions: false,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    // Errors only: a chart that is still growing has empty scales, which Vega warns of.
    logLevel: 1,
    ast: true,
    expr: expressionInterpreter,
    config: pageConfig(),
  });
}
