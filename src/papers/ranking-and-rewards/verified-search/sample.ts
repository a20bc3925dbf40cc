import { Random } from "../../../kit/random.ts";
import { drawAttempt } from "./testbed.ts";

/** Sixty sums with sixteen graded attempts each, as JSON Lines: some are easy, some are hopeless. */
export function sampleRollouts(): string {
  const random = new Random(2502);
  const lines: string[] = [];
  for (let x = 1; x <= 60; x++) {
    const p = random.beta(0.6, 1.4);
    const right = random.int(10, 99);
    for (let k = 0; k < 16; k++) {
      const { answer, correct, features } = drawAttempt(p, random);
      lines.push(
        JSON.stringify({
          prompt_id: `sum-${x}`,
          answer: String(correct ? right : right + Number(answer.replace(/\D/g, ""))),
          correct,
          tokens: Math.round(random.logNormal(correct ? 6 : 6.4, 0.4)),
          features: Array.from(features, (f) => Number(f.toFixed(2))),
        }),
      );
    }
  }
  return `${lines.join("\n")}\n`;
}
