import { logisticLoss } from "../../../kit/nets/tape/losses.ts";
import { combine } from "../../../kit/nets/tape/ops.ts";
import type { Rows } from "../../../kit/nets/tape/rows.ts";
import { Random } from "../../../kit/random.ts";
import { createAggregator, drawRows, meanLogSize } from "./aggregators.ts";
import { associativityDefect } from "./defects.ts";
import type { Problem, TaskName, Training } from "./experiments.ts";
import { createGraphNet, type GraphNetParams, packGraphs } from "./graph-net.ts";
import { createSetModel, packBags, penalisedLoss, penaltyShare, predict, type SetModelParams } from "./set-model.ts";
import {
  guessFromMinimum,
  type LabelledBag,
  type LabelledGraph,
  neighbourhoodGraph,
  parityBag,
  secondSmallestBag,
} from "./tasks.ts";

const validationCount = 300;

interface SetTask {
  inputDim: number;
  outputDim: number;
  /** Training sizes. */
  from: number;
  to: number;
  bag(random: Random, n: number): LabelledBag;
}

const setTasks = {
  parity: { inputDim: 1, outputDim: 1, from: 2, to: 8, bag: parityBag },
  "second smallest": { inputDim: 4, outputDim: 4, from: 2, to: 16, bag: secondSmallestBag },
} satisfies Partial<Record<TaskName, SetTask>>;

const itemsOf = (bags: readonly LabelledBag[]) => bags.map(({ items }) => items);
const bitsOf = (bags: readonly LabelledBag[]) => bags.map(({ bits }) => bits);

/** Share of rows all of whose bits are on the right side of 0. */
function shareRight({ data, width }: Rows, wanted: readonly number[][]): number {
  let right = 0;
  for (const [i, bits] of wanted.entries()) {
    if (bits.every((bit, j) => (data[i * width + j] as number) > 0 === (bit === 1))) right += 1;
  }
  return right / wanted.length;
}

/** Bags drawn afresh at every step, of a model encoder – aggregator – decoder. */
export function setProblem(
  { kind, width, batch, steps, options, stream, testBags }: Training,
  name: keyof typeof setTasks,
): Problem<SetModelParams> {
  const task: SetTask = setTasks[name];
  const random = new Random(stream).fork(name);
  const sizes = Array.from({ length: task.to - task.from + 1 }, (_, i) => task.from + i);
  const aggregator = createAggregator(kind, width, { meanLogSize: meanLogSize(sizes), ...options });
  const model = createSetModel({ inputDim: task.inputDim, outputDim: task.outputDim, aggregator });
  const draw = (source: Random, count: number) =>
    Array.from({ length: count }, () => task.bag(source, source.int(task.from, task.to)));
  const validation = draw(random.fork("validation bags"), validationCount);
  const { operator } = aggregator;
  return {
    start: model.init(random.fork("init")),
    losses() {
      const data = random.fork("training bags");
      const triples = random.fork("triples");
      return (params, step) => {
        const bags = draw(data, batch);
        const packed = packBags(itemsOf(bags), task.inputDim);
        const wanted = bitsOf(bags).flat();
        return penalisedLoss(model, params, packed, (outputs) => logisticLoss(outputs, wanted), {
          share: penaltyShare(step, steps),
          random: triples,
        });
      };
    },
    validate(params) {
      const outputs = predict(model, params, itemsOf(validation));
      return logisticLoss(outputs, bitsOf(validation).flat()).data[0] ?? Number.NaN;
    },
    test(params, size) {
      const source = random.fork(`test bags of ${size}`);
      const bags = Array.from({ length: testBags }, () => task.bag(source, size));
      const accuracy = shareRight(predict(model, params, itemsOf(bags)), bitsOf(bags));
      return name === "parity" ? { accuracy } : { accuracy, guess: guessFromMinimum(bags) };
    },
    ...(operator && {
      defect(params: SetModelParams) {
        const states: Rows[] = [];
        model.apply(params, packBags(itemsOf(validation), task.inputDim), (level) => states.push(level));
        return relativeDefect(operator(params.aggregator), states, random.fork("triples of states"));
      },
    }),
  };
}

/** Associativity defect over triples drawn from states, divided by the mean squared length of those states. */
function relativeDefect(op: (a: Rows, b: Rows) => Rows, states: readonly Rows[], random: Random): number {
  const pick = () => drawRows(states, 300, random);
  const triples = [pick(), pick(), pick()] as const;
  let squares = 0;
  let rows = 0;
  for (const { data, rows: count } of triples) {
    for (let i = 0; i < data.length; i++) squares += (data[i] as number) ** 2;
    rows += count;
  }
  return associativityDefect(op, triples) / Math.max(squares / rows, 1e-12);
}

const graphTask = { from: 20, to: 40, edgeProbability: 0.12, inputDim: 5 };

/** Random graphs drawn afresh at every step, of a net with one round of message passing. */
export function graphProblem(
  { kind, width, batch, steps, options, stream, testBags }: Training,
  name: "graph parity" | "graph second smallest",
): Problem<GraphNetParams> {
  const { from, to, edgeProbability, inputDim } = graphTask;
  const random = new Random(stream).fork(name);
  const draw = (source: Random, count: number) =>
    Array.from({ length: count }, () => neighbourhoodGraph(source, source.int(from, to), edgeProbability));
  const wanted = (graphs: readonly LabelledGraph[]) =>
    graphs.flatMap(({ parity, second }) => (name === "graph parity" ? parity : second));
  const validation = draw(random.fork("validation graphs"), 20);
  const degrees = meanLogSize(validation.flatMap(degreesOf));
  const aggregator = createAggregator(kind, width, { meanLogSize: degrees, ...options });
  const net = createGraphNet({ inputDim, outputDim: name === "graph parity" ? 1 : 4, aggregator });
  return {
    start: net.init(random.fork("init")),
    losses() {
      const data = random.fork("training graphs");
      const triples = random.fork("triples");
      return (params, step) => {
        const graphs = draw(data, batch);
        const states: Rows[] = [];
        const outputs = net.apply(params, packGraphs(graphs, inputDim), (level) => states.push(level));
        const loss = logisticLoss(outputs, wanted(graphs).flat());
        const share = penaltyShare(step, steps);
        const layer = params.layers[0];
        const penalty = share > 0 && layer ? aggregator.penalty?.(layer.aggregator, states, triples) : undefined;
        return penalty ? combine(loss, penalty, 1, share) : loss;
      };
    },
    validate(params) {
      const outputs = net.apply(params, packGraphs(validation, inputDim));
      return logisticLoss(outputs, wanted(validation).flat()).data[0] ?? Number.NaN;
    },
    test(params, size) {
      const source = random.fork(`test graphs of ${size}`);
      const graphs = Array.from({ length: Math.max(1, Math.ceil(testBags / size)) }, () =>
        neighbourhoodGraph(source, size, edgeProbability),
      );
      return { accuracy: shareRight(net.apply(params, packGraphs(graphs, inputDim)), wanted(graphs)) };
    },
  };
}

/** Number of neighbours of every node. */
function degreesOf({ nodes, edges }: LabelledGraph): number[] {
  const counts = new Array<number>(nodes.length).fill(0);
  for (const [, to] of edges) counts[to] = (counts[to] ?? 0) + 1;
  return counts;
}
