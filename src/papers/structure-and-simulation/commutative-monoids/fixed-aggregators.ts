import { type Dense, initPerceptron, perceptron } from "../../../kit/nets/tape/dense.ts";
import { besides, relu, scaleRows } from "../../../kit/nets/tape/ops.ts";
import type { Rows } from "../../../kit/nets/tape/rows.ts";
import { segmentDeviation, segmentExtreme, segmentOffsets, segmentSum } from "../../../kit/nets/tape/segments.ts";
import type { Aggregator } from "./aggregators.ts";
import { checkItems } from "./tree.ts";

function segmentMean(items: Rows, offsets: Int32Array): Rows {
  const counts = Array.from({ length: offsets.length - 1 }, (_, s) => (offsets[s + 1] ?? 0) - (offsets[s] ?? 0));
  return scaleRows(
    segmentSum(items, offsets),
    counts.map((n) => 1 / Math.max(1, n)),
  );
}

/** Sum, mean or largest entry of the items: nothing to learn. */
export function plain(kind: "sum" | "mean" | "max", width: number): Aggregator {
  const reduce = {
    sum: segmentSum,
    mean: segmentMean,
    max: (items: Rows, offsets: Int32Array) => segmentExtreme(items, offsets, 1),
  }[kind];
  return {
    kind,
    width,
    init: () => ({}),
    apply(_params, items, segmentIds, segments) {
      checkItems(items, segmentIds);
      return reduce(items, segmentOffsets(segmentIds, segments));
    },
    depth: () => 1,
  };
}

/**
 * Principal neighbourhood aggregation (Corso et al., 2020): mean, max, min and standard deviation, each scaled by
 * $1$, $\log(n+1)/\delta$ and $\delta/\log(n+1)$, then one linear map of the twelve.
 */
export function principal(width: number, delta: number): Aggregator {
  return {
    kind: "pna",
    width,
    init(random) {
      return { mix: initPerceptron(random, [12 * width, width]) };
    },
    apply(params, items, segmentIds, segments) {
      checkItems(items, segmentIds);
      const offsets = segmentOffsets(segmentIds, segments);
      const statistics = besides([
        segmentMean(items, offsets),
        segmentExtreme(items, offsets, 1),
        segmentExtreme(items, offsets, -1),
        segmentDeviation(items, offsets),
      ]);
      const logs = Array.from({ length: segments }, (_, s) =>
        Math.log(Math.max(1, (offsets[s + 1] ?? 0) - (offsets[s] ?? 0)) + 1),
      );
      const scaled = besides([
        statistics,
        scaleRows(
          statistics,
          logs.map((log) => log / delta),
        ),
        scaleRows(
          statistics,
          logs.map((log) => delta / log),
        ),
      ]);
      return perceptron((params as { mix: Dense[] }).mix, scaled);
    },
    depth: () => 1,
  };
}

type DeepSetsParams = { inner: Dense[]; outer: Dense[] };

/** Deep Sets (Zaheer et al., 2017): $\rho(\sum_i \varphi(x_i))$ with one dense layer $\varphi$ and two dense layers $\rho$. */
export function deepSets(width: number): Aggregator {
  return {
    kind: "deepsets",
    width,
    init: (random) => ({
      inner: initPerceptron(random, [width, width]),
      outer: initPerceptron(random, [width, width, width]),
    }),
    apply(params, items, segmentIds, segments) {
      checkItems(items, segmentIds);
      const { inner, outer } = params as DeepSetsParams;
      const mapped = relu(perceptron(inner, items));
      return perceptron(outer, segmentSum(mapped, segmentOffsets(segmentIds, segments)));
    },
    depth: () => 1,
  };
}
