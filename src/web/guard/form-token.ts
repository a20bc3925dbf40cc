import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * The token that every form of a page carries: a page of another site cannot know it. It belongs to the visitor's cookie. What is sent is masked with
 * fresh random bytes, so that it is never twice the same and cannot be read off the length of compressed pages.
 */
export class FormTokens {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  #of(visitor: string): Buffer {
    return createHmac("sha256", this.#key).update(visitor).digest();
  }

  make(visitor: string): string {
    const token = this.#of(visitor);
    const mask = randomBytes(token.length);
    return Buffer.concat([mask, xor(mask, token)]).toString("base64url");
  }

  fits(visitor: string, given: unknown): boolean {
    if (typeof given !== "string") return false;
    const bytes = Buffer.from(given, "base64url");
    const token = this.#of(visitor);
    if (bytes.length !== 2 * token.length) return false;
    const [mask, masked] = [bytes.subarray(0, token.length), bytes.subarray(token.length)];
    return timingSafeEqual(xor(mask, masked), token);
  }
}

function xor(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0)));
}
