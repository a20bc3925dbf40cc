import type { Random } from "../random.ts";

/**
 * Rotates square images (count × side × side) about their centres by `degrees`, anticlockwise as seen, with bilinear
 * interpolation; what comes in from outside is 0. Returns new images.
 */
export function rotateImages(images: Float32Array, side: number, degrees: number): Float32Array<ArrayBuffer> {
  const area = side * side;
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const centre = (side - 1) / 2;
  // The four old pixels each new pixel mixes, and their weights: the same for all images.
  const sources = new Int32Array(4 * area);
  const weights = new Float64Array(4 * area);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [x, y] = [column - centre, row - centre]; // y points down
      const fromX = cos * x - sin * y + centre;
      const fromY = sin * x + cos * y + centre;
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      for (let corner = 0; corner < 4; corner++) {
        const [cx, cy] = [left + (corner & 1), top + (corner >> 1)];
        const weight = (1 - Math.abs(fromX - cx)) * (1 - Math.abs(fromY - cy));
        const inside = cx >= 0 && cx < side && cy >= 0 && cy < side;
        const at = 4 * (row * side + column) + corner;
        sources[at] = inside ? cy * side + cx : 0;
        weights[at] = inside ? weight : 0;
      }
    }
  }
  const out = new Float32Array(images.length);
  for (let start = 0; start + area <= images.length; start += area) {
    for (let pixel = 0; pixel < area; pixel++) {
      let sum = 0;
      for (let at = 4 * pixel; at < 4 * pixel + 4; at++) {
        sum += (weights[at] as number) * (images[start + (sources[at] as number)] as number);
      }
      out[start + pixel] = sum;
    }
  }
  return out;
}

/** Adds independent Gaussian noise of standard deviation `sd` to every pixel and cuts the result to [0, 1]. */
export function addNoise(images: Float32Array, sd: number, random: Random): Float32Array<ArrayBuffer> {
  const out = new Float32Array(images.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.min(1, Math.max(0, (images[i] as number) + random.normal(0, sd)));
  }
  return out;
}
