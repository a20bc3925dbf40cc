import { stringify } from "csv-stringify/sync";
import { Random } from "../../../kit/random.ts";

const columns = ["amount", "minutes_since_last", "items", "night", "new_device", "distance_km", "country", "fraud"];
const countries = ["AT", "DE", "FR", "IT", "PL"];

/** Payments of which about one in seven is a fraud, generated: mostly large, far from home, at night, on new devices. */
export function paymentsCsv(rows = 3000): string {
  const random = new Random(2305);
  const lines: (string | number)[][] = [columns];
  for (let i = 0; i < rows; i++) {
    const amount = random.logNormal(3.4, 1);
    const gap = random.logNormal(6, 1.5);
    const items = 1 + random.poisson(1.5);
    const night = random.bool(0.2) ? 1 : 0;
    const device = random.bool(0.15) ? 1 : 0;
    const distance = random.logNormal(2, 1.2);
    const score = -5.2 + 0.5 * Math.log(amount) + 1.3 * night + 1.6 * device + 0.5 * Math.log(distance) - 0.1 * items;
    const fraud = random.bool(1 / (1 + Math.exp(-score))) ? "yes" : "no";
    lines.push([
      amount.toFixed(2),
      gap.toFixed(0),
      items,
      night,
      device,
      distance.toFixed(1),
      random.choice(countries),
      fraud,
    ]);
  }
  return stringify(lines);
}
