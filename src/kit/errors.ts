/**
 * Input that a reader can mend. The message is one sentence that names the place, what was found and what was wanted;
 * it is shown as it stands, without a stack trace, and ends a command with status 2 or a request with a 4xx.
 */
export class BadInput extends Error {
  override readonly name = "BadInput";
  /** File, row, column, tensor or parameter. */
  readonly where: string | undefined;
  /** What to do about it. */
  readonly remedy: string | undefined;

  constructor(problem: string, detail: { where?: string; remedy?: string } = {}) {
    const place = detail.where ? `${detail.where}: ` : "";
    const mend = detail.remedy ? ` ${detail.remedy}` : "";
    super(`${place}${problem}${/[.!?]$/.test(problem) ? "" : "."}${mend}`);
    this.where = detail.where;
    this.remedy = detail.remedy;
  }
}

/** The run was cancelled by its reader, or its time was up. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  constructor(message = "The run was cancelled.") {
    super(message);
  }
}

/** True for errors whose message may be shown to a reader as it stands. */
export function isBadInput(error: unknown): error is BadInput {
  return error instanceof Error && error.name === "BadInput";
}

/** Levenshtein distance between two short names. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known name closest to `name`, or undefined when none is close enough to be what was meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 2)) + 1;
  for (const candidate of known) {
    const distance = candidate.startsWith(name) || name.startsWith(candidate) ? 1 : editDistance(name, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}
