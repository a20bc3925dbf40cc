import { randomBytes } from "node:crypto";

/** 32 characters that are not mistaken for one another. */
const alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

/** A short id for addresses, e.g. "k3fz8mwq2bna": 60 random bits. */
export function newId(): string {
  return Array.from(randomBytes(12), (byte) => alphabet[byte % 32]).join("");
}
