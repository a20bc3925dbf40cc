import { createHmac, timingSafeEqual } from "node:crypto";

/** Bytes of the signature: as much as an address has room for. */
const signatureBytes = 10;

function signatureOf(key: Uint8Array, id: string): string {
  return createHmac("sha256", key).update(`bounce ${id}`).digest().subarray(0, signatureBytes).toString("hex");
}

/**
 * Where the failure of a digest is reported: the address for bounces with the subscription's id and a signature behind a plus, so that what comes back names
 * its subscriber. All in lower case, since some servers write addresses so.
 */
export function bounceAddress(key: Uint8Array, bounces: string, id: string): string {
  const at = bounces.lastIndexOf("@");
  return `${bounces.slice(0, at)}+b-${id}.${signatureOf(key, id)}${bounces.slice(at)}`;
}

/** The id of the subscription in such an address; undefined when we did not sign it. */
export function bouncedId(key: Uint8Array, address: string): string | undefined {
  const [, id, signature] = /\+b-([a-z\d]{12})\.([a-f\d]{20})@/.exec(address) ?? [];
  if (id === undefined || signature === undefined) return undefined;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(key, id))) ? id : undefined;
}
