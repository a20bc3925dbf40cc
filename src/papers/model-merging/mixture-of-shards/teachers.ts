import type { Random } from "../../../kit/random.ts";
import { residualNetwork } from "./residual-network.ts";
import type { AdaptableModel, Examples } from "./train-adapter.ts";

/** What the layers' true updates have in common: nothing, some of it, or all. */
export type TeacherKind = "independent" | "half shared" | "shared atoms";

export interface TeacherSize {
  layers: number;
  width: number;
  trainRows: number;
  testRows: number;
}

/** A regression task for adapters: the frozen base, and what the teacher says about random inputs. */
export interface Task {
  base: AdaptableModel;
  train: Examples;
  test: Examples;
}

const atoms = 10;
/** Terms of a layer's update from common atoms, and terms of its own. */
const terms: Record<TeacherKind, { common: number; own: number }> = {
  independent: { common: 0, own: 4 },
  "half shared": { common: 3, own: 3 },
  "shared atoms": { common: 6, own: 0 },
};
/** Size of an entry of the update relative to an entry of the weights. */
const strength = 0.5;

function gaussian(random: Random, size: number, sd = 1): Float32Array {
  return Float32Array.from({ length: size }, () => random.normal(0, sd));
}

/**
 * The teacher's update of every layer (width × width), a sum of outer products $\sum_i v_i u_i^\top$ of Gaussian vectors. A
 * common term takes one of 10 u's that all layers share and an independently drawn one of 10 v's, no u or v twice in a
 * layer; a term of a layer's own takes fresh vectors. An entry is half as large as one of the weights for every teacher.
 */
export function teacherUpdates(kind: TeacherKind, layers: number, width: number, random: Random): Float32Array[] {
  const { common, own } = terms[kind];
  const pool = (name: string): Float32Array[] =>
    Array.from({ length: atoms }, (_, i) => gaussian(random.fork(`${name} ${i}`), width));
  const [us, vs] = [pool("u"), pool("v")];
  const scale = strength / Math.sqrt(width * (common + own));
  return Array.from({ length: layers }, (_, k) => {
    const stream = random.fork(`layer ${k}`);
    const draw = (from: Float32Array[]): Float32Array[] => [
      ...stream.sample(from, common),
      ...Array.from({ length: own }, () => gaussian(stream, width)),
    ];
    const [u, v] = [draw(us), draw(vs)];
    const update = new Float32Array(width * width);
    for (const [t, into] of u.entries()) {
      const out = v[t] as Float32Array; // as many as u's
      for (let o = 0, at = 0; o < width; o++) {
        for (let i = 0; i < width; i++, at++) {
          update[at] = (update[at] as number) + scale * (out[o] as number) * (into[i] as number);
        }
      }
    }
    return update;
  });
}

/** A frozen residual network, a teacher that differs from it by one update a layer, and standard normal inputs. */
export function regressionTask(
  kind: TeacherKind,
  { layers, width, trainRows, testRows }: TeacherSize,
  random: Random,
): Task {
  const base = Array.from({ length: layers }, (_, k) =>
    gaussian(random.fork(`base ${k}`), width * width, 1 / Math.sqrt(width)),
  );
  const updates = teacherUpdates(kind, layers, width, random.fork("teacher"));
  const teacher = residualNetwork(
    base.map((weight, k) => weight.map((value, i) => value + (updates[k]?.[i] as number))),
    width,
  );
  const examples = (name: string, count: number): Examples => {
    const inputs = gaussian(random.fork(name), count * width);
    return { inputs, count, targets: teacher.forward(teacher.weights, inputs, count).outputs };
  };
  return {
    base: residualNetwork(base, width),
    train: examples("train", trainRows),
    test: examples("test", testRows),
  };
}
