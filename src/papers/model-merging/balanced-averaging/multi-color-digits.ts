import { BadInput } from "../../../kit/errors.ts";
import type { Random } from "../../../kit/random.ts";

/** A random colour, three numbers, for every patch and class (patches × classes × 3). */
export interface Palette {
  patches: number;
  classes: number;
  colors: Float32Array;
}

/** Draws a palette; training and test sets of one experiment share it. */
export function randomPalette(patches: number, classes: number, random: Random): Palette {
  if (!Number.isInteger(patches) || patches < 1) throw new BadInput(`there must be at least one patch, not ${patches}`);
  const colors = Float32Array.from({ length: patches * classes * 3 }, () => random.normal());
  return { patches, classes, colors };
}

export interface MultiColorOptions {
  /** count × area. */
  images: Float32Array;
  labels: ArrayLike<number>;
  palette: Palette;
  /** Chance, for every patch on its own, that its colour is redrawn among those of all classes: the shift. */
  p: number;
  /** Patches that tell anything; the others show a random class's colour. All when left out. */
  informative?: (patch: number) => boolean;
  /** Multiplies the colours. */
  scale?: number;
  /** Standard deviation of the noise on every colour value, before scaling. */
  noise?: number;
  random: Random;
}

/**
 * MultiColorMNIST (paper, section 4): every image gets patches beside it, and each patch shows the colour of the image's
 * class, unless it is redrawn: with probability `p` it shows the colour of a class drawn among all of them. Patches are
 * redrawn for every image anew. Returns rows of area + 3 · patches numbers, the image first.
 */
export function multiColorDigits(options: MultiColorOptions): Float32Array<ArrayBuffer> {
  const { images, labels, palette, p, informative = () => true, scale = 0.5, noise = 0.3, random } = options;
  if (!(p >= 0 && p <= 1)) throw new BadInput(`p is ${p} and a probability from 0 to 1 is wanted`);
  const count = labels.length;
  const area = images.length / count;
  if (count === 0 || !Number.isInteger(area)) {
    throw new BadInput(`${images.length} pixels are not an image for each of ${count} labels`);
  }
  const { patches, classes, colors } = palette;
  const width = area + 3 * patches;
  const out = new Float32Array(count * width);
  for (let n = 0; n < count; n++) {
    const label = labels[n] as number;
    if (!(label >= 0 && label < classes)) throw new BadInput(`label ${label} of image ${n} is not below ${classes}`);
    out.set(images.subarray(n * area, (n + 1) * area), n * width);
    for (let j = 0; j < patches; j++) {
      const redrawn = random.float() < (informative(j) ? p : 1);
      const shown = redrawn ? random.int(0, classes - 1) : label;
      for (let channel = 0; channel < 3; channel++) {
        const color = (colors[(j * classes + shown) * 3 + channel] as number) + random.normal(0, noise);
        out[n * width + area + 3 * j + channel] = scale * color;
      }
    }
  }
  return out;
}
