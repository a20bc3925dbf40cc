import { Random } from "../../../kit/random.ts";

/** A sequence of 6000 random bases with copies of a probe in it, some of them changed. */
export function sampleGenome(): { genome: string; probe: string } {
  const random = new Random(20231);
  const bases = (length: number) => Array.from({ length }, () => random.choice([..."ACGT"]));
  const [genome, probe] = [bases(6000), bases(32)];
  for (const [at, changes] of [
    [700, 0],
    [2100, 1],
    [3456, 3],
    [5000, 6],
  ] as const) {
    genome.splice(at, probe.length, ...probe);
    for (const place of random.sample([...probe.keys()], changes)) {
      genome[at + place] = random.choice([..."ACGT"].filter((base) => base !== probe[place]));
    }
  }
  const lines = (genome.join("").match(/.{1,60}/g) ?? []).join("\n");
  return { genome: `>synthetic made up for this sample\n${lines}\n`, probe: `>probe\n${probe.join("")}\n` };
}
