const stopWords = new Set(
  "a an and are as at be better both but by can each every first for from has have in into is it its less more most no not of on one only or other over own paper per same so some than that the their them then there these they this to two under we our show using use used which while with without when where works".split(
    " ",
  ),
);

/** Words of a text, lower case, without maths, stop words and a plural s. */
export function words(text: string): string[] {
  return text
    .replace(/\$[^$]*\$/g, " ")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2 && !stopWords.has(word))
    .map((word) => (word.length > 4 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word));
}

/** How often each term stands in a document, with weights. */
export type Terms = ReadonlyMap<string, number>;

/** Counts the words of texts, each text with its weight. */
export function countTerms(texts: readonly (readonly [text: string, weight: number])[]): Terms {
  const counts = new Map<string, number>();
  for (const [text, weight] of texts) {
    for (const word of words(text)) counts.set(word, (counts.get(word) ?? 0) + weight);
  }
  return counts;
}

/** In how many of the documents each term stands. */
export function documentCounts(documents: Iterable<Terms>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const document of documents) for (const term of document.keys()) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/**
 * The TF–IDF vector of a document at unit length: $w_{t} = (1 + \ln n_{t}) \ln (N / d_{t})$ for a term that stands $n_t$ times in it and in $d_t$ of
 * $N$ documents. Terms that stand in none of them are left out.
 */
export function unitVector(document: Terms, counts: ReadonlyMap<string, number>, total: number): Terms {
  const vector = new Map<string, number>();
  let square = 0;
  for (const [term, n] of document) {
    const weight = (1 + Math.log(n)) * Math.log(total / (counts.get(term) ?? total));
    if (weight <= 0) continue;
    vector.set(term, weight);
    square += weight * weight;
  }
  const norm = Math.sqrt(square);
  for (const [term, weight] of vector) vector.set(term, weight / norm);
  return vector;
}

/** The inner product of two vectors; the cosine of those of unit length. */
export function inner(a: Terms, b: Terms): number {
  let sum = 0;
  for (const [term, weight] of a) sum += weight * (b.get(term) ?? 0);
  return sum;
}
