import { BadInput } from "../kit/errors.ts";

const largest = 4294967295;

/** A seed as typed: a whole number from 0 to 2³² − 1; 1 when none was given. */
export function parseSeed(text: string | undefined): number {
  if (text === undefined) return 1;
  const seed = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isInteger(seed) && seed >= 0 && seed <= largest) return seed;
  throw new BadInput(`"${text.slice(0, 40)}" is not a whole number from 0 to ${largest}`, { where: "--seed" });
}
