import { Random } from "../../../kit/random.ts";

/**
 * Readings of a made-up pump, in time order, and whether an inspector found a fault. Faults come from heat and shaking; half-way
 * the pump is refitted and draws more current, and from then on current tells more than heat.
 */
export function samplePump(rows = 1500): string {
  const random = new Random(2302);
  const lines = ["time,temperature,vibration,current,shift,fault"];
  for (let t = 0; t < rows; t++) {
    const later = t >= rows / 2;
    const [heat, shake, load] = [random.normal(), random.normal(), random.normal()];
    const score = later ? 0.3 * heat + 1.5 * shake + 2.2 * load - 0.6 : 2.2 * heat + 1.5 * shake - 0.6;
    const fault = random.bool(1 / (1 + Math.exp(-2 * score)));
    const when = new Date(Date.UTC(2025, 0, 1) + t * 600_000).toISOString().slice(0, 16);
    lines.push(
      [
        when,
        (62 + 8 * heat).toFixed(1),
        (2.1 + 0.6 * shake).toFixed(2),
        ((later ? 14 : 11) + 1.5 * load).toFixed(2),
        t % 144 < 72 ? "day" : "night",
        fault ? "fault" : "ok",
      ].join(","),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** The same readings, of which only the first `known` were inspected. */
export function unlabelledPump(known: number, rows = 400): string {
  const lines = samplePump(rows).trim().split("\n");
  return `${lines.map((line, i) => (i <= known ? line : line.replace(/[^,]*$/, ""))).join("\n")}\n`;
}
