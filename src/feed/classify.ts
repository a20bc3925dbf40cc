import { type FieldId, fieldIds } from "../kit/fields.ts";
import { subjects } from "./subjects.ts";

interface Subject {
  field: FieldId;
  pattern: RegExp;
  weight: number;
}

/** Phrases as patterns: they begin where a word begins, and space and hyphen are the same. A phrase of several words counts as many. */
const patterns: readonly Subject[] = fieldIds.flatMap((field) =>
  subjects[field].map((phrase) => {
    const parts = phrase.split(/[\s-]+/);
    return { field, pattern: new RegExp(`\\b${parts.join("[\\s-]+")}`, "g"), weight: parts.length };
  }),
);

/** What a field must have gathered, and its lead over the next one, to be taken. */
const least = 2;
const leastLead = 1.25;

/**
 * The field of a paper that came without one, by what its title and abstract talk about: each phrase of `subjects` counts with its number of words, with
 * $1 + \ln n$ for n times, and three times in the title. Undefined where nothing much is said, or as much of another field.
 */
export function classify(title: string, abstract: string): FieldId | undefined {
  const scores = new Map<FieldId, number>();
  const head = title.toLowerCase();
  const body = abstract.toLowerCase();
  for (const { field, pattern, weight } of patterns) {
    const times = 2 * matches(head, pattern) + matches(body, pattern);
    if (times > 0) scores.set(field, (scores.get(field) ?? 0) + weight * (1 + Math.log(times)));
  }
  const [best, next] = [...scores].sort(([, a], [, b]) => b - a);
  if (!best || best[1] < least || best[1] < leastLead * (next?.[1] ?? 0)) return undefined;
  return best[0];
}

function matches(text: string, pattern: RegExp): number {
  let count = 0;
  for (const _ of text.matchAll(pattern)) count++;
  return count;
}
