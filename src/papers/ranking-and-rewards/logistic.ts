import { minimiseLogistic } from "../../kit/logistic.ts";

export { logSigmoid } from "../../kit/logistic.ts";

export interface LogisticOptions {
  /** λ of every coefficient, or one each (0 leaves an intercept free). */
  l2?: number | ArrayLike<number>;
}

/**
 * Logistic regression by damped Newton steps: the minimiser of
 * $-\sum_i \log\sigma(w^\top x_i) + \tfrac12 \sum_j \lambda_j w_j^2$. A label is the sign of its row: an example of class 0
 * enters as $-x$, a comparison as the difference of winner and loser. Throws on no rows, ragged rows and values that are
 * not finite; `name` says what a row is in those messages.
 */
export function fitLogistic(
  rows: readonly ArrayLike<number>[],
  { l2 = 1e-3 }: LogisticOptions = {},
  name = "row",
): Float64Array {
  const width = rows[0]?.length ?? 0;
  if (width === 0) throw new RangeError(`no ${name}s`);
  const features = new Float64Array(rows.length * width);
  rows.forEach((row, r) => {
    if (row.length !== width) throw new RangeError(`${name} ${r} has features of another length`);
    for (let i = 0; i < width; i++)
      if (!Number.isFinite(row[i])) throw new RangeError(`${name} ${r} has a feature that is not finite`);
    features.set(row, r * width);
  });
  return minimiseLogistic({ features, width, l2 });
}
