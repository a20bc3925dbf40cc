/** The symbols of a character model, by number. Number 0 stands for every character outside. */
export type Alphabet = readonly string[];

/** How a character outside the alphabet is written. */
export const unknownCharacter = "\ufffd";

/** Characters (code points) that occur at least `least` times in a text, in code point order, after the unknown one. */
export function alphabetOf(text: string, least = 1): Alphabet {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  counts.delete(unknownCharacter);
  const kept = [...counts].filter(([, count]) => count >= least).map(([character]) => character);
  return [unknownCharacter, ...kept.sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0))];
}

/** A text as symbol numbers. */
export function encode(text: string, alphabet: Alphabet): Int32Array {
  const numbers = new Map(alphabet.map((character, number) => [character, number]));
  return Int32Array.from(Array.from(text, (character) => numbers.get(character) ?? 0));
}

/** Symbol numbers as a text. */
export function decode(ids: ArrayLike<number>, alphabet: Alphabet): string {
  return Array.from(ids, (id) => alphabet[id] ?? unknownCharacter).join("");
}
