/** Shannon entropy in bits. */
function bits(p: ArrayLike<number>): number {
  let sum = 0;
  for (let c = 0; c < p.length; c++) if ((p[c] as number) > 0) sum -= (p[c] as number) * Math.log2(p[c] as number);
  return sum;
}

/**
 * What one answer is expected to tell about an item's class, in bits: $I = H(\pi) - \mathbb E[H(\text{posterior})]$, computed
 * as $H(\text{answer}) - \sum_c \pi_c H(A_c)$ from the belief $\pi$ and the annotator's confusion matrix (C × C, row c what is
 * said of class c). A coin of accuracy α on two even classes gives $1 - H_2(\alpha)$: nothing at ½, as much at 0.1 as at 0.9.
 */
export function answerInformation(prior: ArrayLike<number>, confusion: ArrayLike<number>): number {
  const classes = prior.length;
  if (confusion.length !== classes * classes)
    throw new RangeError(`a confusion matrix of ${confusion.length} entries for ${classes} classes`);
  const said = new Float64Array(classes);
  const row = new Float64Array(classes);
  let noise = 0;
  for (let c = 0; c < classes; c++) {
    const p = prior[c] as number;
    for (let l = 0; l < classes; l++) {
      row[l] = confusion[c * classes + l] as number;
      said[l] = (said[l] as number) + p * (row[l] as number);
    }
    if (p > 0) noise += p * bits(row);
  }
  return Math.max(0, bits(said) - noise);
}

/** {@link answerInformation} per unit of cost. Throws a RangeError for a cost that is not above 0. */
export function infoPerCost(prior: ArrayLike<number>, confusion: ArrayLike<number>, cost: number): number {
  if (!(cost > 0)) throw new RangeError(`the cost ${cost} is not above 0`);
  return answerInformation(prior, confusion) / cost;
}
