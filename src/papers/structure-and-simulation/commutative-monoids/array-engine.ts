import { jit, nn, numpy as np, tree } from "@jax-js/jax";
import type { Rows } from "../../../kit/nets/tape/rows.ts";
import type { GruParams } from "./gru.ts";

type ArrayParams = Record<keyof GruParams, np.Array>;

/** An array of the array library from rows. */
export function toArray({ rows, width, data }: Rows): np.Array {
  return np.array(Float32Array.from(data)).reshape([rows, width]);
}

/** {@link GruParams} as arrays. */
export function gruArrays({ inputWeight, inputBias, hiddenWeight, hiddenBias }: GruParams): ArrayParams {
  return {
    inputWeight: toArray(inputWeight),
    inputBias: toArray(inputBias),
    hiddenWeight: toArray(hiddenWeight),
    hiddenBias: toArray(hiddenBias),
  };
}

/** The GRU cell on arrays (rows × d), for engines that compile and dispatch: WebAssembly threads or a GPU. Consumes its arguments. */
export function gruCellArrays(params: ArrayParams, x: np.Array, h: np.Array): np.Array {
  const d = h.shape[1] ?? 1;
  const gi = np.matmul(x, params.inputWeight).add(params.inputBias);
  const gh = np.matmul(h.ref, params.hiddenWeight).add(params.hiddenBias);
  const gate = (part: np.Array, k: number) => part.ref.slice([], [k * d, (k + 1) * d]);
  const r = nn.sigmoid(gate(gi, 0).add(gate(gh, 0)));
  const z = nn.sigmoid(gate(gi, 1).add(gate(gh, 1)));
  const n = np.tanh(gate(gi, 2).add(r.mul(gate(gh, 2))));
  gi.dispose();
  gh.dispose();
  return n.ref.add(z.mul(h.sub(n)));
}

/** $\tfrac12(\mathrm{GRU}(a, b) + \mathrm{GRU}(b, a))$ on arrays. Consumes its arguments. */
export function binaryGruArrays(params: ArrayParams, a: np.Array, b: np.Array): np.Array {
  const once = gruCellArrays(tree.ref(params), a.ref, b.ref);
  return once.add(gruCellArrays(params, b, a)).mul(0.5);
}

/** One tree level: neighbouring rows joined. The number of rows must be even. */
function joinNeighbours(params: ArrayParams, rows: np.Array): np.Array {
  const [count = 0, width = 1] = rows.shape;
  const pairs = rows.reshape([count / 2, 2, width]);
  return binaryGruArrays(params, pairs.ref.slice([], 0), pairs.slice([], 1));
}

/** The two reductions on the array library, each dependent step one compiled call. */
export interface ArrayReductions {
  /** Balanced tree over a power of two of items. */
  tree(): Promise<Float32Array>;
  /** Operator applied one item after another. */
  fold(): Promise<Float32Array>;
  /** Recurrent cell over the items, from zeros. */
  recurrent(): Promise<Float32Array>;
  dispose(): void;
}

/** Prepares both reductions of one bag on the array library; compiled on the first call. */
export async function arrayReductions(params: GruParams, items: Rows): Promise<ArrayReductions> {
  if (items.rows < 2 || 2 ** Math.round(Math.log2(items.rows)) !== items.rows) {
    throw new RangeError(`the number of items is ${items.rows} and must be a power of two`);
  }
  const held = gruArrays(params);
  const all = toArray(items);
  const single = Array.from({ length: items.rows }, (_, i) => all.ref.slice([i, i + 1], []));
  for (const row of single) await row.blockUntilReady();
  const level = jit(joinNeighbours);
  const cell = jit(gruCellArrays);
  const pair = jit(binaryGruArrays);
  const walk = async (start: np.Array, from: number, step: (state: np.Array, item: np.Array) => np.Array) => {
    let state = start;
    for (let i = from; i < single.length; i++) {
      state = step(state, (single[i] as np.Array).ref);
      if (i % 256 === 255) await state.blockUntilReady(); // pending work would pile up
    }
    return finish(state);
  };
  return {
    async tree() {
      let rows = all.ref;
      while ((rows.shape[0] ?? 1) > 1) rows = level(tree.ref(held), rows);
      return finish(rows);
    },
    fold: () => walk((single[0] as np.Array).ref, 1, (state, item) => pair(tree.ref(held), state, item)),
    recurrent: () => walk(np.zeros([1, items.width]), 0, (state, item) => cell(tree.ref(held), item, state)),
    dispose() {
      tree.dispose(held);
      for (const row of single) row.dispose();
      all.dispose();
    },
  };
}

async function finish(row: np.Array): Promise<Float32Array> {
  return (await row.data()) as Float32Array;
}
