import { fieldIds } from "../../src/kit/fields.ts";
import { Random } from "../../src/kit/random.ts";
import { catalogue } from "../../src/papers/catalogue.ts";
import type { ImportedPaper } from "../../src/store/papers.ts";

/** Draws from 0 … n − 1 with weights 1/(k + shift), by inversion of the sums. */
function zipf(n: number, shift: number): (random: Random) => number {
  const sums = new Float64Array(n);
  let total = 0;
  for (let k = 0; k < n; k++) {
    total += 1 / (k + shift);
    sums[k] = total;
  }
  return (random) => {
    const at = random.uniform(0, total);
    let [low, high] = [0, n - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] as number) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const syllables =
  "ba ce di fo gu ha ke li mo nu pa re si to va we xi yo za chen kov ler man ner ros sen ski ton ver".split(" ");

function invented(random: Random, parts: number): string {
  return Array.from({ length: parts }, () => syllables[random.int(0, syllables.length)]).join("");
}

/** Words by falling frequency: those of the catalogue's cards, which are about our subjects, then invented ones. */
function vocabulary(size: number): string[] {
  const counts = new Map<string, number>();
  for (const { card } of catalogue) {
    const text = `${card.title} ${card.keywords.join(" ")} ${card.summary}`.toLowerCase().replace(/\$[^$]*\$/g, " ");
    for (const word of text.match(/[a-z]{4,}/g) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const words = [...counts].sort(([, a], [, b]) => b - a).map(([word]) => word);
  const random = new Random(7);
  const all = new Set(words);
  while (all.size < size) all.add(invented(random, 2 + random.int(0, 3)));
  return [...all];
}

export interface Generator {
  words: readonly string[];
  names: readonly string[];
  /** Papers numbered `from` … `to` − 1 of `count`, the last one the newest. */
  papers(from: number, to: number, count: number): ImportedPaper[];
}

const lastDay = Date.UTC(2026, 10, 27);
/** The years over which the papers are spread, more in later ones. */
const days = 20 * 365;

/** Metadata of papers that nobody wrote: words by Zipf's law, so that the common ones stand in half of the abstracts and most in a few. */
export function generator(): Generator {
  const words = vocabulary(40_000);
  const random = new Random(11);
  const names = Array.from({ length: 60_000 }, () => {
    const [first, last] = [invented(random, 2), invented(random, 2 + random.int(0, 2))];
    return `${first.charAt(0).toUpperCase()}${first.slice(1)} ${last.charAt(0).toUpperCase()}${last.slice(1)}`;
  });
  const anyWord = zipf(words.length, 12);
  const anyName = zipf(names.length, 300);
  const anyField = zipf(fieldIds.length + 1, 1);
  return {
    words,
    names,
    papers(from, to, count) {
      return Array.from({ length: to - from }, (_, i) => {
        const n = from + i;
        const own = new Random(1_000_003 + n);
        const say = (length: number): string => Array.from({ length }, () => words[anyWord(own)]).join(" ");
        const age = Math.floor(days * (1 - Math.sqrt((n + 1) / count)));
        const listed = new Date(lastDay - age * 86_400_000).toISOString().slice(0, 10);
        const month = Number(listed.slice(0, 4)) * 100 + Number(listed.slice(5, 7));
        // Of a month there are fewer than a hundred thousand, so that no number comes twice.
        const number = n % 1e5;
        return {
          arxiv: `${String(month).slice(2)}.${String(number).padStart(5, "0")}`,
          version: 1,
          serial: month * 1e7 + number,
          title: say(6 + own.int(0, 6)),
          authors: Array.from({ length: 1 + own.int(0, 7) }, () => names[anyName(own)] as string),
          abstract: `${say(18)}. ${say(22)}. ${say(25)}. ${say(20)}. ${say(25)}.`,
          categories: ["cs.LG"],
          field: fieldIds[anyField(own)] ?? null,
          year: Number(listed.slice(0, 4)),
          published: `${listed}T00:00:00Z`,
          updated: null,
          listed,
          upvotes: own.bool(0.1) ? own.int(0, 200) : null,
          submitter: null,
        };
      });
    },
  };
}
