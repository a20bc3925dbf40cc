/** Answers of annotators about items as a sparse list, in the order in which they were given. */
export interface Answers {
  items: number;
  annotators: number;
  classes: number;
  /** Of every answer: the item it is about, who gave it, and the class it names. */
  item: ArrayLike<number>;
  annotator: ArrayLike<number>;
  label: ArrayLike<number>;
  /** How much an answer counts: 1 unless given, 0 for "don't know", the annotator's own confidence in between. */
  weight?: ArrayLike<number>;
}

/** Throws a RangeError that names the first answer whose item, annotator, label or weight makes no sense. */
export function checkAnswers({ items, annotators, classes, item, annotator, label, weight }: Answers): void {
  if (!(Number.isInteger(classes) && classes >= 2))
    throw new RangeError(`${classes} classes, and two or more are wanted`);
  if (annotator.length !== item.length || label.length !== item.length || (weight && weight.length !== item.length))
    throw new RangeError("item, annotator, label and weight of the answers differ in number");
  const below = (value: number, limit: number): boolean => Number.isInteger(value) && value >= 0 && value < limit;
  for (let a = 0; a < item.length; a++) {
    const [i, k, z, w] = [item[a] as number, annotator[a] as number, label[a] as number, weight?.[a] ?? 1];
    if (!below(i, items)) throw new RangeError(`answer ${a} is about item ${i}, and there are ${items}`);
    if (!below(k, annotators))
      throw new RangeError(`item ${i} was answered by annotator ${k}, and there are ${annotators}`);
    if (!below(z, classes))
      throw new RangeError(`annotator ${k} gave item ${i} the label ${z}, and labels are 0 to ${classes - 1}`);
    if (!(w >= 0 && w <= 1))
      throw new RangeError(`annotator ${k} gave item ${i} a weight of ${w}, not one from 0 to 1`);
  }
}

/**
 * Answers from an annotation matrix $Z$, one row an item and one column an annotator, NaN where nobody was asked; they are
 * listed by item, then by annotator.
 */
export function answersFromMatrix(matrix: readonly ArrayLike<number>[], classes: number): Answers {
  const annotators = matrix[0]?.length ?? 0;
  const [item, annotator, label]: [number[], number[], number[]] = [[], [], []];
  for (const [i, row] of matrix.entries()) {
    if (row.length !== annotators)
      throw new RangeError(`row ${i} has ${row.length} annotators and the first ${annotators}`);
    for (let k = 0; k < annotators; k++) {
      const z = row[k] as number;
      if (Number.isNaN(z)) continue;
      item.push(i);
      annotator.push(k);
      label.push(z);
    }
  }
  const answers = { items: matrix.length, annotators, classes, item, annotator, label };
  checkAnswers(answers);
  return answers;
}

export function weightOf(answers: Answers, a: number): number {
  return answers.weight ? (answers.weight[a] as number) : 1;
}

/** Weighted votes of every item for every class, items × classes, row by row. */
export function countVotes(answers: Answers): Float64Array<ArrayBuffer> {
  const { items, classes, item, label } = answers;
  const votes = new Float64Array(items * classes);
  for (let a = 0; a < item.length; a++) {
    const at = (item[a] as number) * classes + (label[a] as number);
    votes[at] = (votes[at] as number) + weightOf(answers, a);
  }
  return votes;
}

/** Number of answers that count (weight above 0), by item. */
export function answersByItem(answers: Answers): Int32Array<ArrayBuffer> {
  const counts = new Int32Array(answers.items);
  for (let a = 0; a < answers.item.length; a++) {
    const i = answers.item[a] as number;
    if (weightOf(answers, a) > 0) counts[i] = (counts[i] as number) + 1;
  }
  return counts;
}

/** The most probable class of every item by a posterior (items × classes); the first of equals. */
export function mostProbable(posterior: ArrayLike<number>, classes: number): Int32Array<ArrayBuffer> {
  const labels = new Int32Array(posterior.length / classes);
  for (let i = 0; i < labels.length; i++) {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if ((posterior[i * classes + c] as number) > (posterior[i * classes + best] as number)) best = c;
    }
    labels[i] = best;
  }
  return labels;
}

/** What an annotator replies: a class, with a confidence from 0 to 1 where asked for; `undefined` is "don't know". */
export interface Reply {
  label: number | undefined;
  confidence?: number;
}

/** Answers as they come in, with what was asked and paid. Everything asked is kept, "don't know" with weight 0. */
export class AnswerLog {
  readonly items: number;
  readonly annotators: number;
  readonly classes: number;
  readonly item: number[] = [];
  readonly annotator: number[] = [];
  readonly label: number[] = [];
  readonly weight: number[] = [];
  /** Price of every answer. */
  readonly cost: number[] = [];
  readonly #asked: Uint8Array;
  readonly #askedOf: Int32Array;

  constructor(items: number, annotators: number, classes: number) {
    this.items = items;
    this.annotators = annotators;
    this.classes = classes;
    this.#asked = new Uint8Array(items * annotators);
    this.#askedOf = new Int32Array(items);
  }

  /** Throws a RangeError for a pair asked before and for a label, confidence or cost that makes no sense. */
  add(item: number, annotator: number, { label, confidence = 1 }: Reply, cost: number): void {
    const one = { item: [item], annotator: [annotator], label: [label ?? 0], weight: [confidence] };
    checkAnswers({ items: this.items, annotators: this.annotators, classes: this.classes, ...one });
    if (!(cost > 0 && Number.isFinite(cost)))
      throw new RangeError(`item ${item}, annotator ${annotator}: the cost is ${cost}`);
    if (this.asked(item, annotator)) throw new RangeError(`annotator ${annotator} was asked about item ${item} before`);
    this.#asked[item * this.annotators + annotator] = 1;
    this.#askedOf[item] = this.timesAsked(item) + 1;
    this.item.push(item);
    this.annotator.push(annotator);
    this.label.push(label ?? 0);
    this.weight.push(label === undefined ? 0 : confidence);
    this.cost.push(cost);
  }

  asked(item: number, annotator: number): boolean {
    return this.#asked[item * this.annotators + annotator] === 1;
  }

  /** How many annotators were asked about an item. */
  timesAsked(item: number): number {
    return this.#askedOf[item] ?? 0;
  }

  get spent(): number {
    return this.cost.reduce((sum, c) => sum + c, 0);
  }
}
