/** Channels of a Vega-Lite encoding, by name. */
type Encoding = Record<string, object>;

interface Layer {
  mark: object;
  encoding: Encoding;
}

interface IntervalOptions {
  /** The values as points, or as a line with points. */
  mark?: "point" | "line";
  /** The fields with the ends of the interval; "low" and "high" unless told. */
  low?: string;
  high?: string;
  /** Dashes of the line; the intervals stay solid. */
  strokeDash?: object;
}

/**
 * A measured value with its interval, as two Vega-Lite layers: a rule from `low` to `high` along the channel, and a point or
 * a line with points at the field. `shared` is what both layers encode: the other axis, offset, colour.
 */
export function intervalLayers(
  channel: "x" | "y",
  { field, ...axis }: { field: string; title?: string | null; scale?: object },
  shared: Encoding,
  { mark = "point", low = "low", high = "high", strokeDash }: IntervalOptions = {},
): Layer[] {
  const along = (end: string): Encoding => ({ [channel]: { field: end, type: "quantitative", ...axis } });
  const interval = { mark: { type: "rule" }, encoding: { ...shared, ...along(low), [`${channel}2`]: { field: high } } };
  const value = { ...shared, ...along(field) };
  if (mark === "point") return [interval, { mark: { type: "point", filled: true }, encoding: value }];
  // The line first: the first layer decides whether the other axis starts at zero, and a rule would have it so.
  return [{ mark: { type: "line", point: true }, encoding: strokeDash ? { ...value, strokeDash } : value }, interval];
}
