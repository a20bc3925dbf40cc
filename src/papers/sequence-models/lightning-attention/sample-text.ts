import type { Random } from "../../../kit/random.ts";

const winds = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];
const forces = ["light airs", "a gentle breeze", "a fresh breeze", "a strong wind", "half a gale"];
const seas = ["smooth", "slight", "moderate", "rough", "confused"];
const works = [
  "mended the foresail",
  "tarred the rigging",
  "pumped the bilge dry",
  "aired the bread room",
  "painted the longboat",
  "took stock of the water casks",
];
const sights = [
  "a sail to leeward that did not answer our signals",
  "two whales close under the bow",
  "drifting timber, old and overgrown",
  "no land, though the lead found bottom",
  "a bank of fog that held all morning",
];

/** A ship's log of so many days, put together from phrases: a text with habits that a small model can pick up. */
export function shipsLog(random: Random, days: number): string {
  const entries: string[] = [];
  let miles = 0;
  for (let day = 1; day <= days; day++) {
    const run = random.int(12, 190);
    miles += run;
    const lines = [
      `Day ${day}. Wind ${random.choice(winds)}, ${random.choice(forces)}; the sea ${random.choice(seas)}.`,
      `Sailed ${run} miles, ${miles} since the harbour.`,
    ];
    if (random.bool(0.6)) lines.push(`The watch ${random.choice(works)}.`);
    if (random.bool(0.4)) lines.push(`Sighted ${random.choice(sights)}.`);
    if (random.bool(0.15)) lines.push("One hand sick, and kept below.");
    entries.push(lines.join(" "));
  }
  return `${entries.join("\n")}\n`;
}
