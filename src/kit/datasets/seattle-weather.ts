export const weathers = ["drizzle", "fog", "rain", "snow", "sun"] as const;
export type Weather = (typeof weathers)[number];

/** One day in Seattle. */
export interface WeatherDay {
  /** Precipitation in millimetres. */
  precipitation: number;
  /** Highest and lowest temperature in degrees Celsius. */
  highest: number;
  lowest: number;
  /** Mean wind. The package says km/h; by their size the numbers are m/s, NOAA's unit. */
  wind: number;
  weather: Weather;
}

let cached: Promise<WeatherDay[]> | undefined;

/**
 * The weather in Seattle on the 1,461 days from 2012-01-01 to 2015-12-31, in order and without a gap: daily summaries of NOAA's
 * National Climatic Data Center (a work of the US government, in the public domain), as `seattle-weather.csv` of the npm package
 * `vega-datasets` 3.2.1 has them, where the kind of weather was put together from several of NOAA's fields. Loads in Node and in
 * the browser; the result is shared by all callers, so treat it as read-only.
 */
export function loadSeattleWeather(): Promise<WeatherDay[]> {
  cached ??= import("./seattle-weather-days.ts").then(({ days }) => days.trim().split(/\s+/).map(parseDay));
  return cached;
}

function parseDay(text: string): WeatherDay {
  const [precipitation, highest, lowest, wind, start = ""] = text.split(",");
  const weather = weathers.find((name) => name.slice(0, 2) === start);
  if (!weather) throw new Error(`no weather begins with "${start}"`);
  const [a, b, c, d] = [precipitation, highest, lowest, wind].map(Number) as [number, number, number, number];
  return { precipitation: a, highest: b, lowest: c, wind: d, weather };
}
