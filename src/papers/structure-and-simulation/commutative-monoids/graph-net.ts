import { BadInput } from "../../../kit/errors.ts";
import { type Dense, initPerceptron, perceptron } from "../../../kit/nets/tape/dense.ts";
import { besides, relu, take } from "../../../kit/nets/tape/ops.ts";
import { type Rows, rowsOf } from "../../../kit/nets/tape/rows.ts";
import type { Random } from "../../../kit/random.ts";
import type { Aggregator, AggregatorParams } from "./aggregators.ts";

/** A graph, or several side by side: node features and directed edges sorted by their target. */
export interface Graph {
  nodes: Rows;
  source: Int32Array;
  target: Int32Array;
}

export type GraphLayerParams = { message: Dense[]; aggregator: AggregatorParams; update: Dense[] };
export type GraphNetParams = { encoder: Dense[]; layers: GraphLayerParams[]; decoder: Dense[] };

export interface GraphNetOptions {
  /** Numbers per node. */
  inputDim: number;
  /** Outputs per node. */
  outputDim: number;
  /** Rounds of message passing; default 1. */
  layers?: number;
  /** The same kind in every layer, each layer with weights of its own. */
  aggregator: Aggregator;
}

export interface GraphNet {
  readonly aggregator: Aggregator;
  init(random: Random): GraphNetParams;
  /** One row of outputs per node. */
  apply(params: GraphNetParams, graph: Graph, onLevel?: (states: Rows, layer: number) => void): Rows;
}

/**
 * Message passing with any aggregator:
 * $h_v \leftarrow \psi\bigl(h_v, \bigoplus_{u \to v} \varphi(h_u)\bigr)$ with $\varphi$ a dense layer with ReLU and
 * $\psi$ two dense layers, between an encoder and a decoder of the nodes.
 */
export function createGraphNet({ inputDim, outputDim, layers = 1, aggregator }: GraphNetOptions): GraphNet {
  const { width } = aggregator;
  return {
    aggregator,
    init: (random) => ({
      encoder: initPerceptron(random.fork("encoder"), [inputDim, width, width]),
      layers: Array.from({ length: layers }, (_, i) => ({
        message: initPerceptron(random.fork(`message ${i}`), [width, width]),
        aggregator: aggregator.init(random.fork(`aggregator ${i}`)),
        update: initPerceptron(random.fork(`update ${i}`), [2 * width, width, width]),
      })),
      decoder: initPerceptron(random.fork("decoder"), [width, width, outputDim]),
    }),
    apply(params, { nodes, source, target }, onLevel) {
      if (nodes.width !== inputDim) {
        throw new BadInput(`the nodes have ${nodes.width} features and the net was made for ${inputDim}`);
      }
      let h = perceptron(params.encoder, nodes);
      for (const [i, layer] of params.layers.entries()) {
        const messages = take(relu(perceptron(layer.message, h)), source);
        const observe = onLevel && ((states: Rows) => onLevel(states, i));
        observe?.(messages);
        const joined = aggregator.apply(layer.aggregator, messages, target, nodes.rows, observe);
        h = perceptron(layer.update, besides([h, joined]));
      }
      return perceptron(params.decoder, h);
    },
  };
}

/** Node features and edges of several graphs as one; edges may come in any order. */
export function packGraphs(
  graphs: readonly { nodes: readonly (readonly number[])[]; edges: readonly (readonly [number, number])[] }[],
  inputDim: number,
): Graph {
  const nodes: number[] = [];
  const edges: [number, number][] = [];
  let shift = 0;
  for (const graph of graphs) {
    for (const [i, node] of graph.nodes.entries()) {
      if (node.length !== inputDim) {
        throw new BadInput(`the node has ${node.length} features and ${inputDim} are wanted`, { where: `node ${i}` });
      }
      for (const value of node) nodes.push(value);
    }
    for (const [from, to] of graph.edges) {
      if (!(from >= 0 && from < graph.nodes.length && to >= 0 && to < graph.nodes.length)) {
        throw new BadInput(`the edge ${from} → ${to} leaves the graph of ${graph.nodes.length} nodes`);
      }
      edges.push([from + shift, to + shift]);
    }
    shift += graph.nodes.length;
  }
  edges.sort((a, b) => a[1] - b[1]);
  return {
    nodes: rowsOf(shift, inputDim, nodes),
    source: Int32Array.from(edges, ([from]) => from),
    target: Int32Array.from(edges, ([, to]) => to),
  };
}
