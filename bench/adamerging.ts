import type { numpy } from "@jax-js/jax";
import { mapTree, type ParamTree } from "../src/kit/nets/tree.ts";
import { Random } from "../src/kit/random.ts";
import { cosineNetwork, initEncoder, orthonormalHead } from "../src/papers/model-merging/digit-tasks.ts";
import {
  adaMerge,
  applyTaskVectors,
  coefficientGradient,
  entropyOf,
  groupTensors,
  tiesFilter,
  type UnlabelledTask,
} from "../src/papers/model-merging/index.ts";
import type { Bench } from "./bench.ts";

const sizes = [100, 192, 192, 64];
const classes = 10;
const scale = 20;
const tasks = 4;
const batch = 16;

type Arrays = Record<string, numpy.Array>;

/** The same gradient by automatic differentiation through the merge, under jit; all on jax-js's side beforehand. */
async function jaxGradient(
  pretrained: ParamTree,
  vectors: readonly ParamTree[],
  given: readonly UnlabelledTask[],
): Promise<() => Promise<number[][]>> {
  const { grad, init, jit, nn, numpy: np } = await import("@jax-js/jax");
  await init();
  const names = Object.keys(pretrained);
  const array = (data: Float32Array, shape: number[]) => np.array(data as Float32Array<ArrayBuffer>).reshape(shape);
  const of = (arrays: Arrays, name: string): numpy.Array => arrays[name] as numpy.Array;
  const fixed: Arrays = {};
  for (const name of names) {
    const { data } = pretrained[name] ?? { data: new Float32Array() };
    const stacked = new Float32Array(tasks * data.length);
    for (const [k, vector] of vectors.entries()) stacked.set(vector[name]?.data ?? [], k * data.length);
    fixed[name] = array(data.slice(), [1, data.length]);
    fixed[`tau ${name}`] = array(stacked, [tasks, data.length]);
  }
  for (const [k, { rows, head }] of given.entries()) {
    fixed[`x ${k}`] = array(rows.slice(), [batch, sizes[0] ?? 0]);
    fixed[`head ${k}`] = array(head?.["head.weight"]?.data.slice() ?? new Float32Array(), [sizes.at(-1) ?? 0, classes]);
  }
  const objective = (lambda: Arrays, w: Arrays): numpy.Array => {
    const merged: Arrays = {};
    for (const name of names) {
      const shape = pretrained[name]?.shape ?? [];
      merged[name] = of(w, name)
        .add(np.matmul(of(lambda, name), of(w, `tau ${name}`)))
        .reshape(shape);
    }
    let total: numpy.Array | undefined;
    for (let k = 0; k < tasks; k++) {
      let h = of(w, `x ${k}`);
      for (let l = 0; l + 1 < sizes.length; l++) {
        h = np.matmul(h, of(merged, `layers.${l}.weight`).ref).add(of(merged, `layers.${l}.bias`).ref);
        if (l + 2 < sizes.length) h = nn.relu(h);
      }
      const length = np.sqrt(np.square(h.ref).sum(-1)).reshape([batch, 1]);
      const log = nn.logSoftmax(np.matmul(h.div(length).mul(scale), of(w, `head ${k}`)), -1);
      const entropy = np
        .exp(log.ref)
        .mul(log)
        .sum()
        .mul(-1 / batch);
      total = total ? total.add(entropy) : entropy;
    }
    for (const one of Object.values(merged)) one.dispose();
    return total as numpy.Array; // there is at least one task
  };
  const gradient = jit(grad(objective));
  const refs = (arrays: Arrays): Arrays =>
    Object.fromEntries(Object.entries(arrays).map(([name, one]) => [name, one.ref]));
  return async () => {
    const lambda = Object.fromEntries(
      names.map((name) => [name, array(new Float32Array(tasks).fill(0.3), [1, tasks])]),
    );
    const slopes = gradient(lambda, refs(fixed)) as unknown as Arrays;
    const columns: ArrayLike<number>[] = [];
    for (const name of names) columns.push((await of(slopes, name).data()) as Float32Array);
    return Array.from({ length: tasks }, (_, k) => columns.map((column) => column[k] ?? Number.NaN));
  };
}

/** Where the largest fifth begins, by sorting all magnitudes. */
function cutBySorting(vector: ParamTree): number {
  const parts = Object.values(vector).map(({ data }) => data);
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part.map(Math.abs), at);
    at += part.length;
  }
  all.sort();
  return all[Math.floor(0.8 * all.length)] ?? 0;
}

export default async function bench(report: Bench): Promise<void> {
  const random = new Random(1);
  const network = cosineNetwork(sizes, classes, scale);
  const pretrained = initEncoder(sizes, random);
  const vectors = Array.from({ length: tasks }, () =>
    mapTree(pretrained, (data) => data.map(() => random.normal(0, 0.02))),
  );
  const pool = vectors.map(
    (_, k): UnlabelledTask => ({
      rows: Float32Array.from({ length: 512 * (sizes[0] ?? 0) }, () => random.normal()),
      count: 512,
      head: orthonormalHead(sizes.at(-1) ?? 0, classes, random.fork(k)),
    }),
  );
  const first = pool.map((task) => ({ ...task, rows: task.rows.subarray(0, batch * (sizes[0] ?? 0)), count: batch }));
  const groups = groupTensors(Object.keys(pretrained), "layer");
  const chainRule = (): number[][] => {
    const merged = applyTaskVectors(pretrained, vectors, 0.3);
    return coefficientGradient(entropyOf(network, merged, first).gradient, vectors, groups);
  };
  const automatic = await jaxGradient(pretrained, vectors, first);
  const [ours, theirs] = [chainRule(), await automatic()];
  const apart = Math.max(...ours.flatMap((row, k) => row.map((value, l) => Math.abs(value - (theirs[k]?.[l] ?? 0)))));
  report.line(`  largest difference of the two gradients: ${apart.toExponential(1)}`);
  const size = Object.values(pretrained).reduce((sum, { data }) => sum + data.length, 0);
  await report.compare(
    `gradient of ${tasks} × ${groups.names.length} coefficients, ${size} parameters, ${batch} rows of each of ${tasks} tasks`,
    {
      "one backward pass and inner products": chainRule,
      "jax-js through the merge": automatic,
      "differences, one a coefficient": () => {
        const rows = Array.from({ length: tasks }, () => new Array<number>(groups.names.length).fill(0.3));
        for (const row of rows) {
          for (let g = 0; g < row.length; g++) {
            row[g] = 0.301;
            entropyOf(network, applyTaskVectors(pretrained, vectors, rows), first);
            row[g] = 0.3;
          }
        }
      },
    },
    { unit: { name: "gradients", count: 1 } },
  );
  await report.compare(
    "100 steps of AdaMerging, layer-wise",
    { "this package": () => adaMerge(network, pretrained, vectors, pool, { steps: 100 }) },
    { rounds: 3, unit: { name: "steps", count: 100 } },
  );

  const large = Array.from({ length: 4 }, () => ({
    w: { data: Float32Array.from({ length: 1_000_000 }, () => random.normal()), shape: [1000, 1000] },
  }));
  await report.compare(
    "TIES on four task vectors of a million parameters",
    {
      "trim by counting bit patterns, elect, filter": () => tiesFilter(large),
      "only the four thresholds, by sorting": () => large.map(cutBySorting),
    },
    { rounds: 3, unit: { name: "parameters", count: 4_000_000 } },
  );
  report.skipped("EnnengYang/AdaMerging (PyTorch)", "a Python package");
  report.skipped("mergekit", "a Python package");
}
