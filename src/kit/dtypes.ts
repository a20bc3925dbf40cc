/** Bytes of one element of every tensor type that files of weights use. */
export const dtypeBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
} as const;

export type Dtype = keyof typeof dtypeBytes;
/** Types whose values can be read as floating-point numbers here. */
export type FloatDtype = "F64" | "F32" | "F16" | "BF16";
export type FloatArray = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

export function isDtype(name: unknown): name is Dtype {
  return typeof name === "string" && Object.hasOwn(dtypeBytes, name);
}

export function isFloatDtype(dtype: Dtype): dtype is FloatDtype {
  return dtype === "F64" || dtype === "F32" || dtype === "F16" || dtype === "BF16";
}

/** A view that starts on a multiple of `size`, copying the bytes only where they lie askew or in shared memory. */
function aligned(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const fits = bytes.byteOffset % size === 0 && bytes.buffer instanceof ArrayBuffer;
  return fits ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

let halves: Float32Array | undefined;

/** The values of all 65,536 half-precision numbers. */
function halfTable(): Float32Array {
  if (halves) return halves;
  halves = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) halves[bits] = sign * fraction * 2 ** -24;
    else if (exponent === 31) halves[bits] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else halves[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return halves;
}

/**
 * Little-endian bytes as numbers: a Float64Array for F64, else a Float32Array. F32 and F64 share memory with `bytes` where
 * the alignment allows.
 */
export function decodeFloats(bytes: Uint8Array, dtype: FloatDtype): FloatArray {
  const size = dtypeBytes[dtype];
  const { buffer, byteOffset, byteLength } = aligned(bytes, size);
  const count = Math.floor(byteLength / size);
  if (dtype === "F64") return new Float64Array(buffer, byteOffset, count);
  if (dtype === "F32") return new Float32Array(buffer, byteOffset, count);
  const words = new Uint16Array(buffer, byteOffset, count);
  const out = new Float32Array(count);
  if (dtype === "F16") {
    const table = halfTable();
    for (let i = 0; i < count; i++) out[i] = table[words[i] as number] as number;
  } else {
    const raw = new Uint32Array(out.buffer);
    for (let i = 0; i < count; i++) raw[i] = (words[i] as number) << 16;
  }
  return out;
}

/** Single-precision bits to half-precision bits, to nearest, ties to even; what is too large becomes infinite. */
function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above
  if (magnitude < 0x38800000) {
    // Subnormal halves are multiples of 2^-24; the shift leaves that multiple and rounds what it drops.
    if (magnitude < 0x33000000) return sign;
    const shift = 126 - (magnitude >>> 23);
    const fraction = (magnitude & 0x7fffff) | 0x800000;
    const kept = fraction >>> shift;
    const dropped = fraction & ((1 << shift) - 1);
    const half = 1 << (shift - 1);
    return sign | (kept + (dropped > half || (dropped === half && kept & 1) ? 1 : 0));
  }
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

/** Numbers as little-endian bytes of the wanted type, rounded to nearest with ties to even. */
export function encodeFloats(values: FloatArray, dtype: FloatDtype): Uint8Array<ArrayBuffer> {
  if (dtype === "F64") {
    const wide = values instanceof Float64Array ? values : new Float64Array(values);
    return new Uint8Array(wide.buffer, wide.byteOffset, wide.byteLength);
  }
  const single = values instanceof Float32Array ? values : new Float32Array(values);
  if (dtype === "F32") return new Uint8Array(single.buffer, single.byteOffset, single.byteLength);
  const raw = new Uint32Array(single.buffer, single.byteOffset, single.length);
  const words = new Uint16Array(raw.length);
  if (dtype === "F16") {
    for (let i = 0; i < raw.length; i++) words[i] = halfBits(raw[i] as number);
  } else {
    for (let i = 0; i < raw.length; i++) {
      const bits = raw[i] as number;
      const nan = (bits & 0x7fffffff) > 0x7f800000;
      words[i] = nan ? (bits >>> 16) | 0x40 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    }
  }
  return new Uint8Array(words.buffer);
}
