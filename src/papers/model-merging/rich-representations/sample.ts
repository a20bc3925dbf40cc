import type { SampleFile } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";

const pairs = 8;
const columns = Array.from({ length: pairs }, (_, v) => [`drive_${v + 1}`, `brake_${v + 1}`]).flat();

/**
 * Made-up readings of eight pairs of sensors: a pair says "fault" when its two readings have opposite signs. `carriers` are the
 * pairs that know, right in 95 of 100 rows; the others are noise.
 */
function readings(
  count: number,
  carriers: readonly number[],
  names: readonly [string, string],
  random: Random,
): string[] {
  return Array.from({ length: count }, () => {
    const fault = random.bool();
    const cells = Array.from({ length: pairs }, (_, v) => {
      const opposite = carriers.includes(v) ? fault !== random.bool(0.05) : random.bool();
      const first = (random.bool() ? 1 : -1) * random.uniform(0.6, 1.4);
      const second = -Math.sign(first) * (opposite ? 1 : -1) * random.uniform(0.6, 1.4);
      return [first.toFixed(3), second.toFixed(3)];
    });
    return [...cells.flat(), names[fault ? 1 : 0]].join(",");
  });
}

/** A plant in which every pair shows the fault, a second one with a new fault that two pairs show, and rows to judge. */
export function plantSample(): SampleFile[] {
  const random = new Random(2022);
  const all = Array.from({ length: pairs }, (_, v) => v);
  const file = (rows: string[], head: string): string => `${[head, ...rows].join("\n")}\n`;
  const named = [...columns, "label"].join(",");
  const few = [2, 5];
  const fresh = readings(25, few, ["", ""], random).map((row) => row.replace(/,$/, ""));
  return [
    { input: "source", name: "first-plant.csv", content: file(readings(1500, all, ["fine", "faulty"], random), named) },
    { input: "target", name: "second-plant.csv", content: file(readings(300, few, ["tight", "loose"], random), named) },
    { input: "new", name: "today.csv", content: file(fresh, columns.join(",")) },
  ];
}
