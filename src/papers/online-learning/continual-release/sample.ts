import { Random } from "../../../kit/random.ts";

const pages = ["news", "weather", "sport", "recipes", "games", "maps"];

/** Visits to a made-up site: a time and, for every page, whether the visit opened it. The favourite changes half-way. */
export function sampleVisits(visits = 1500): string {
  const random = new Random(2021);
  const lines = [["time", ...pages].join(",")];
  let minute = 6 * 60;
  for (let i = 0; i < visits; i++) {
    minute += random.exponential(2);
    const share = i / visits;
    const chances = [0.42, 0.25, 0.15 + 0.5 * share, 0.2, 0.08 + 0.2 * share, 0.3 - 0.2 * share];
    const clock = new Date(Math.floor(minute) * 60_000).toISOString().slice(11, 16);
    lines.push([clock, ...chances.map((p) => +random.bool(p))].join(","));
  }
  return `${lines.join("\n")}\n`;
}
