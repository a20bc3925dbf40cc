import type { SampleFile } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";

const regions = [
  { name: "North", cost: 1, weight: 1, have: 300, max: 4000, A: 0.82, kappa: 60 },
  { name: "East", cost: 1.5, weight: 1, have: 200, max: 2500, A: 0.78, kappa: 240 },
  { name: "South", cost: 2, weight: 1, have: 150, max: 3000, A: 0.75, kappa: 700 },
  { name: "Islands", cost: 6, weight: 1, have: 80, max: 400, A: 0.7, kappa: 260 },
];

/** Scores of a crop-yield model in four regions at a few training sizes, and what a field survey costs in each. */
export function planSample(): { files: SampleFile[]; options: { budget: number; utility: string } } {
  const random = new Random(2022);
  const rows = regions.flatMap(({ name, have, A, kappa }) =>
    [0.25, 0.5, 0.75, 1].map((f) => {
      const n = Math.round(f * have);
      return `${name},${n},${((A * n) / (n + kappa) + random.normal(0, 0.012)).toFixed(3)}`;
    }),
  );
  const terms = regions.map(({ name, cost, weight, have, max }) => `${name},${cost},${weight},${have},${max}`);
  return {
    files: [
      { input: "scores", name: "history.csv", content: `group,n,score\n${rows.join("\n")}\n` },
      { input: "groups", name: "groups.csv", content: `group,cost,weight,have,max\n${terms.join("\n")}\n` },
    ],
    options: { budget: 5000, utility: "atkinson:1" },
  };
}

const clinics = [
  { name: "city", rows: 150, signals: 2, noise: 0.6 },
  { name: "coast", rows: 70, signals: 6, noise: 0.7 },
  { name: "hills", rows: 60, signals: 12, noise: 0.7 },
];
const features = 14;

/** Readings from three clinics; what they say of the outcome takes two, six or twelve of fourteen numbers. */
export function nextSample(): { files: SampleFile[]; options: { target: string; batch: number } } {
  const random = new Random(7);
  const lines = clinics.flatMap(({ name, rows, signals, noise }) => {
    const effects = Array.from({ length: signals }, () => random.normal(0, 1 / Math.sqrt(signals)));
    return Array.from({ length: rows }, () => {
      const x = Array.from({ length: features }, () => random.normal());
      const outcome = effects.reduce((sum, effect, j) => sum + effect * (x[j] as number), random.normal(0, noise));
      return [name, ...x.map((value) => value.toFixed(3)), outcome.toFixed(3)].join(",");
    });
  });
  const header = ["group", ...Array.from({ length: features }, (_, j) => `reading_${j + 1}`), "outcome"].join(",");
  return {
    files: [
      { input: "data", name: "clinics.csv", content: `${[header, ...lines].join("\n")}\n` },
      { input: "groups", name: "costs.csv", content: "group,cost\ncity,1\ncoast,1\nhills,2\n" },
    ],
    options: { target: "outcome", batch: 60 },
  };
}
