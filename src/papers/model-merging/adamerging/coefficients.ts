import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { cellNumberRequired, cellPlace, readTable } from "../../../kit/tables.ts";
import { nameFilter } from "../checkpoints/compare.ts";

/** Rules for coefficients: of the rules whose pattern fits a tensor's name, the first counts. */
export interface CoefficientRules {
  /** λ of every expert for a tensor; undefined where no rule fits. */
  of(tensor: string): readonly number[] | undefined;
  /** Patterns that fit none of these names: most likely misspelt. */
  unused(names: readonly string[]): string[];
}

/**
 * Reads coefficients $\lambda_k^l$ from a table: a column `tensor` with names, in which `*` stands for any characters, and a
 * column for every expert in their order. It is the table that merging with learnt coefficients writes.
 */
export async function readCoefficients(file: InputFile, experts: number): Promise<CoefficientRules> {
  const table = await readTable(file, { maxBytes: 64 << 20 });
  const name = table.columns.indexOf("tensor");
  if (name < 0) {
    throw new BadInput('there is no column "tensor"', {
      where: `${file.name}, line 1`,
      remedy: "Give a column tensor with names or patterns, and one column of numbers for every expert.",
    });
  }
  const columns = table.columns.flatMap((_, c) => (c === name ? [] : [c]));
  if (columns.length !== experts) {
    throw new BadInput(`there are ${columns.length} columns of coefficients for ${experts} experts`, {
      where: `${file.name}, line 1`,
      remedy: "Give one column for every expert, in their order.",
    });
  }
  const rules = table.rows.map((row, r) => {
    const pattern = row[name] ?? "";
    if (pattern === "") throw new BadInput("the name is empty", { where: cellPlace(table, r, name) });
    return {
      pattern,
      fits: nameFilter([pattern]),
      lambda: columns.map((column) => cellNumberRequired(table, r, column)),
    };
  });
  return {
    of: (tensor) => rules.find(({ fits }) => fits(tensor))?.lambda,
    unused: (names) => rules.filter(({ fits }) => !names.some(fits)).map(({ pattern }) => pattern),
  };
}
