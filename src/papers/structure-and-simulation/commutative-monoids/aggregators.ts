import { combine, scaleRows, takeFrom } from "../../../kit/nets/tape/ops.ts";
import { type Rows, type RowsTree, zeros } from "../../../kit/nets/tape/rows.ts";
import type { Random } from "../../../kit/random.ts";
import { associativityPenalty, identityPenalty } from "./defects.ts";
import { deepSets, plain, principal } from "./fixed-aggregators.ts";
import { binaryGru, type GruParams, gruCell, initGru } from "./gru.ts";
import { type RowsOperator, segmentFoldReduce, segmentTreeReduce, treeDepth } from "./tree.ts";

export const aggregatorKinds = ["lcm", "gru", "sum", "mean", "max", "pna", "deepsets"] as const;
/** `lcm` is the paper's learnable commutative monoid, `gru` the recurrent aggregator, the others are the usual rivals. */
export type AggregatorKind = (typeof aggregatorKinds)[number];

/** Weights of an aggregator; what they are depends on its kind. */
export type AggregatorParams = { readonly [name: string]: RowsTree };

export interface AggregatorOptions {
  /** `lcm`: weight $\mu$ of the associativity penalty; default 0.1. */
  associativity?: number;
  /** `lcm`: weight of the penalty $\lVert e \oplus x - x \rVert^2$ of the learned identity; default 0. */
  identity?: number;
  /** Triples sampled a step for the penalties; default 32. */
  triples?: number;
  /** `pna`: $\delta$, the mean of $\log(n + 1)$ over the training bags ({@link meanLogSize}); default $\log 5$. */
  meanLogSize?: number;
  /** `lcm`: `fold` joins the items one after another with the same operator, which takes the tree away. */
  reduce?: "tree" | "fold";
  /** `lcm`: `sum` puts plain addition in the place of the learned operator. */
  operator?: "gru" | "sum";
}

/** A learnable map from a bag of rows, of any size and in any order, to one row. */
export interface Aggregator {
  readonly kind: AggregatorKind;
  readonly width: number;
  init(random: Random): AggregatorParams;
  /** One row per bag; `items` are sorted by `segmentIds`. `onLevel` sees the states of every dependent call. */
  apply(
    params: AggregatorParams,
    items: Rows,
    segmentIds: ArrayLike<number>,
    segments: number,
    onLevel?: (states: Rows) => void,
  ): Rows;
  /** Longest chain of dependent operator calls for a bag of n items. */
  depth(n: number): number;
  /** The learned operator; undefined for aggregators that have none. */
  operator?(params: AggregatorParams): RowsOperator;
  /** Penalty on the operator over states seen in this batch, undefined when there is nothing to penalise. */
  penalty?(params: AggregatorParams, states: readonly Rows[], random: Random): Rows | undefined;
}

/** PNA's $\delta$: the mean of $\log(n + 1)$ over bags of the given sizes. */
export function meanLogSize(sizes: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < sizes.length; i++) total += Math.log((sizes[i] as number) + 1);
  return total / Math.max(1, sizes.length);
}

/** An aggregator of the given kind on rows of the given width. */
export function createAggregator(kind: AggregatorKind, width: number, options: AggregatorOptions = {}): Aggregator {
  if (kind === "lcm") return learnedMonoid(width, options);
  if (kind === "gru") return recurrent(width);
  if (kind === "pna") return principal(width, options.meanLogSize ?? Math.log(5));
  if (kind === "deepsets") return deepSets(width);
  return plain(kind, width);
}

type MonoidParams = GruParams & { identity: Rows };
type RecurrentParams = GruParams & { start: Rows };

function learnedMonoid(
  width: number,
  { associativity = 0.1, identity = 0, triples = 32, reduce = "tree", operator = "gru" }: AggregatorOptions,
): Aggregator {
  const joined = (params: AggregatorParams): RowsOperator =>
    operator === "sum" ? combine : (a, b) => binaryGru(params as MonoidParams, a, b);
  return {
    kind: "lcm",
    width,
    init: (random) => ({ ...initGru(random, width), identity: zeros(1, width) }),
    apply(params, items, segmentIds, segments, onLevel) {
      const op = joined(params);
      const e = (params as MonoidParams).identity;
      return reduce === "tree"
        ? segmentTreeReduce(op, items, segmentIds, segments, { identity: e, onLevel })
        : chain(op, items, segmentIds, segments, e, onLevel);
    },
    depth: (n) => (reduce === "tree" ? treeDepth(n) : Math.max(0, n - 1)),
    operator: joined,
    penalty(params, states, random) {
      if (operator === "sum" || (associativity === 0 && identity === 0)) return undefined;
      const pool = states.filter((part) => part.rows > 0);
      if (pool.length === 0) return undefined;
      const draw = () => drawRows(pool, triples, random);
      const op = joined(params);
      const apart = scaleRows(associativityPenalty(op, [draw(), draw(), draw()]), [associativity]);
      if (identity === 0) return apart;
      return combine(apart, identityPenalty(op, (params as MonoidParams).identity, draw()), 1, identity);
    },
  };
}

/** The tree's operator applied one item after another, starting from each bag's first item. */
function chain(
  op: RowsOperator,
  items: Rows,
  segmentIds: ArrayLike<number>,
  segments: number,
  identity: Rows,
  onLevel?: (states: Rows) => void,
): Rows {
  let first = true;
  const step: RowsOperator = (state, item) => {
    if (!first) return op(state, item);
    first = false;
    return item;
  };
  return segmentFoldReduce(step, items, segmentIds, segments, identity, { onLevel });
}

/** `count` rows drawn from several batches, each row equally likely. */
export function drawRows(pool: readonly Rows[], count: number, random: Random): Rows {
  const total = pool.reduce((sum, part) => sum + part.rows, 0);
  return takeFrom(
    pool,
    Int32Array.from({ length: count }, () => random.int(0, total - 1)),
  );
}

function recurrent(width: number): Aggregator {
  return {
    kind: "gru",
    width,
    init: (random) => ({ ...initGru(random, width), start: zeros(1, width) }),
    apply: (params, items, segmentIds, segments, onLevel) =>
      segmentFoldReduce(
        (state, item) => gruCell(params as RecurrentParams, item, state),
        items,
        segmentIds,
        segments,
        (params as RecurrentParams).start,
        { onLevel },
      ),
    depth: (n) => n,
  };
}
