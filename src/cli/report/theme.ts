/** Fonts that are on readers' machines; nothing is fetched. */
export const fontStack = 'Charter, "Bitstream Charter", "Iowan Old Style", Georgia, serif';
export const sansStack =
  '"Avenir Next", Avenir, "Segoe UI", "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif';

/** Colours of series on light and on dark ground, in order; the site has the same. */
export const seriesColours: readonly (readonly [light: string, dark: string])[] = [
  ["#2b35b5", "#a9b3ff"],
  ["#c2570c", "#f3a15c"],
  ["#1c7a5a", "#74cfa9"],
  ["#a02667", "#f08fc0"],
  ["#5e6b7d", "#a9b4c4"],
  ["#8a6d00", "#e0c45a"],
  ["#6b3fa0", "#c8a2f2"],
  ["#0f7285", "#6fcbdc"],
];

/** Vega configuration of a chart that stands alone: dark ink on white. */
export const lightTheme = theme("#1c1b19", "#ffffff");

/** Vega configuration of a chart within a page: it takes the page's ink and ground, and so follows its dark theme. */
export const inlineTheme = theme("currentColor", "transparent");

/** Style rules that give the series of inline charts their colours for dark ground. */
export const darkSeries = seriesColours
  .map(([light, dark]) => `figure svg [fill="${light}"]{fill:${dark}}figure svg [stroke="${light}"]{stroke:${dark}}`)
  .join("");

function theme(ink: string, background: string): Record<string, unknown> {
  const grid = "rgba(128,128,128,0.25)";
  const text = { labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500 };
  return {
    background,
    font: sansStack,
    view: { stroke: "transparent" },
    axis: {
      ...text,
      domainColor: ink,
      domainOpacity: 0.5,
      tickColor: ink,
      tickOpacity: 0.5,
      gridColor: grid,
      titlePadding: 8,
    },
    legend: text,
    header: text,
    title: { color: ink, subtitleColor: ink, fontSize: 13, fontWeight: 600, anchor: "start" },
    text: { color: ink, fill: ink },
    rule: { color: ink },
    mark: { color: seriesColours[0]?.[0] },
    line: { strokeWidth: 2 },
    point: { size: 50 },
    range: {
      category: seriesColours.map(([light]) => light),
      ramp: { scheme: "viridis" },
      heatmap: { scheme: "viridis" },
    },
  };
}
