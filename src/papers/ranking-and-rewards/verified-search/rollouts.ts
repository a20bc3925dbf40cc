import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { cellNumberRequired, cellPlace, columnIndex, type RawTable, readTable } from "../../../kit/tables.ts";
import type { Attempt } from "./scaling-curve.ts";

/** A graded attempt as read, with what a verifier may look at. */
export interface GradedAttempt extends Attempt {
  features?: Float64Array;
  /** Line of the file. */
  line: number;
}

export interface GradedPrompt {
  id: string;
  attempts: GradedAttempt[];
}

/** Graded attempts of a file; a flag says whether every attempt has the field. */
export interface Rollouts {
  prompts: GradedPrompt[];
  hasAnswers: boolean;
  hasTokens: boolean;
  hasScores: boolean;
  hasFeatures: boolean;
}

const grades = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);
const attemptLimit = 2_000_000;
/** Squares of larger numbers, and their sums, would not be finite. */
const largest = 1e100;

/**
 * Reads one attempt a row: `prompt_id`, `correct` (true, false, 1, 0) and, where there are any, `answer`, `tokens`,
 * `verifier_score`, and features as a JSON list in `features` or as columns `feature_…`. An empty answer is an attempt that
 * gave none. Refuses rows with gaps in a column that others fill, and an answer that is graded both ways.
 */
export async function readRollouts(file: InputFile): Promise<Rollouts> {
  const table = await readTable(file, { maxRows: attemptLimit });
  const promptAt = columnIndex(table, "prompt_id");
  const correctAt = columnIndex(table, "correct");
  const [answerAt, tokensAt, scoreAt] = ["answer", "tokens", "verifier_score"].map((n) => table.columns.indexOf(n)) as [
    number,
    number,
    number,
  ]; // one each
  const featuresOf = featureReader(table);
  const prompts = new Map<string, GradedPrompt>();
  const gradeOf = new Map<string, { correct: boolean; line: number }>();
  for (const [r, row] of table.rows.entries()) {
    const id = row[promptAt] ?? "";
    if (id === "") throw new BadInput("the attempt belongs to no prompt", { where: cellPlace(table, r, promptAt) });
    const correct = grades.get((row[correctAt] ?? "").toLowerCase());
    if (correct === undefined) {
      throw new BadInput(`"${(row[correctAt] ?? "").slice(0, 40)}" is not a grade; wanted are true or false`, {
        where: cellPlace(table, r, correctAt),
      });
    }
    const line = table.lines[r] ?? r + 1;
    const given = answerAt < 0 ? "" : (row[answerAt] ?? "");
    if (given !== "") checkGrade(table, r, answerAt, { id, given, correct, line }, gradeOf);
    else if (answerAt >= 0 && correct) {
      throw new BadInput("the attempt has no answer and is graded as correct", {
        where: cellPlace(table, r, answerAt),
      });
    }
    const prompt = prompts.get(id) ?? { id, attempts: [] };
    prompts.set(id, prompt);
    const features = featuresOf?.(r);
    prompt.attempts.push({
      answer: given === "" ? `\0${r}` : given, // no answer gathers no votes
      correct,
      line,
      ...(tokensAt < 0 ? {} : { tokens: tokenCount(table, r, tokensAt) }),
      ...(scoreAt < 0 ? {} : { score: numberOf(table, r, scoreAt) }),
      ...(features ? { features } : {}),
    });
  }
  return {
    prompts: [...prompts.values()],
    hasAnswers: answerAt >= 0,
    hasTokens: tokensAt >= 0,
    hasScores: scoreAt >= 0,
    hasFeatures: featuresOf !== undefined,
  };
}

function checkGrade(
  table: RawTable,
  row: number,
  column: number,
  { id, given, correct, line }: { id: string; given: string; correct: boolean; line: number },
  gradeOf: Map<string, { correct: boolean; line: number }>,
): void {
  const key = JSON.stringify([id, given]);
  const earlier = gradeOf.get(key);
  if (!earlier) gradeOf.set(key, { correct, line });
  else if (earlier.correct !== correct) {
    throw new BadInput(
      `the answer "${given.slice(0, 40)}" to prompt ${id.slice(0, 40)} is graded ${correct} here and ${earlier.correct} on line ${earlier.line}`,
      { where: cellPlace(table, row, column), remedy: "Grade equal answers alike." },
    );
  }
}

function numberOf(table: RawTable, row: number, column: number): number {
  const value = cellNumberRequired(table, row, column);
  if (Math.abs(value) > largest)
    throw new BadInput(`${value} is larger than ${largest}`, { where: cellPlace(table, row, column) });
  return value;
}

function tokenCount(table: RawTable, row: number, column: number): number {
  const tokens = numberOf(table, row, column);
  if (tokens < 0)
    throw new BadInput(`an attempt cannot take ${tokens} tokens`, { where: cellPlace(table, row, column) });
  return tokens;
}

/** Reads the features of a row: a JSON list in one column, or one column each; undefined when the table has none. */
function featureReader(table: RawTable): ((row: number) => Float64Array) | undefined {
  const columns = table.columns.flatMap((name, c) => (name.startsWith("feature_") ? [c] : []));
  if (columns.length > 0) return (row) => Float64Array.from(columns, (c) => numberOf(table, row, c));
  const at = table.columns.indexOf("features");
  if (at < 0) return undefined;
  let width: number | undefined;
  return (row) => {
    const where = cellPlace(table, row, at);
    let value: unknown;
    try {
      value = JSON.parse(table.rows[row]?.[at] ?? "");
    } catch {
      value = undefined;
    }
    if (
      !Array.isArray(value) ||
      value.length === 0 ||
      !value.every((x) => typeof x === "number" && Math.abs(x) <= largest)
    )
      throw new BadInput("the features are not a list of numbers", { where });
    width ??= value.length;
    if (value.length !== width)
      throw new BadInput(`the attempt has ${value.length} features and the first one ${width}`, { where });
    return Float64Array.from(value as number[]);
  };
}
