import { createHmac, timingSafeEqual } from "node:crypto";

/** What a signed link lets its holder do. */
export type LinkPurpose = "manage" | "unsubscribe";

/** Links that act for one subscription without signing in. Each works for its purpose only, for as long as the subscription is there. */
export class SubscriptionLinks {
  readonly #key: Uint8Array;
  readonly #siteUrl: URL;

  /** `siteUrl`: where links lead; never what a request says its host is. */
  constructor(key: Uint8Array, siteUrl: URL) {
    this.#key = key;
    this.#siteUrl = siteUrl;
  }

  #sign(purpose: LinkPurpose, id: string): Buffer {
    return createHmac("sha256", this.#key).update(`${purpose} ${id}`).digest();
  }

  /** The path of a link, with the subscription's id and its signature. */
  path(purpose: LinkPurpose, id: string): string {
    return `/inbox/${purpose}?key=${id}.${this.#sign(purpose, id).toString("base64url")}`;
  }

  url(purpose: LinkPurpose, id: string): string {
    return new URL(this.path(purpose, id), this.#siteUrl).href;
  }

  /** The id of the subscription that a link's key is for; undefined when we did not sign it for this purpose. */
  read(purpose: LinkPurpose, key: string): string | undefined {
    const [, id, signature] = /^([a-z\d]{12})\.([\w-]{43})$/.exec(key) ?? [];
    if (id === undefined || signature === undefined) return undefined;
    const given = Buffer.from(signature, "base64url");
    const own = this.#sign(purpose, id);
    return given.length === own.length && timingSafeEqual(given, own) ? id : undefined;
  }
}
