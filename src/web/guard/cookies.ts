import { randomBytes } from "node:crypto";
import { type Cookie, createCookie } from "react-router";
import { keyFor } from "../../store/secret.ts";

const day = 24 * 3600;

export const visitorDays = 180;
export const sessionDays = 30;
/** How long a link in a sign-in mail works. */
export const linkMinutes = 15;

/** The cookies of this site. All are signed and out of reach of scripts; their values are random and mean nothing elsewhere. */
export interface SiteCookies {
  /** Tells browsers apart, so that a visitor finds its own runs and forms cannot be sent from elsewhere. */
  visitor: Cookie;
  /** Of someone signed in: the session's token. */
  session: Cookie;
  /** Ties a sign-in link to the browser that asked for it. */
  asking: Cookie;
}

/** On https, names begin with "__Host-": a browser takes such a cookie from this very host and over https only. */
export function siteCookies(secret: string, secure: boolean): SiteCookies {
  const make = (name: string, maxAge: number): Cookie =>
    createCookie(`${secure ? "__Host-" : ""}${name}`, {
      // A key for each: one cookie's value is nothing under another's name.
      secrets: [keyFor(secret, `cookie ${name}`).toString("hex")],
      ...{ maxAge, secure },
      httpOnly: true,
      sameSite: "lax",
      path: "/",
    });
  return {
    visitor: make("visitor", visitorDays * day),
    session: make("session", sessionDays * day),
    asking: make("asking", linkMinutes * 60),
  };
}

/** A name that cannot be guessed: 192 random bits. */
export function randomToken(): string {
  return randomBytes(24).toString("base64url");
}

/** The token in a cookie; undefined when it is absent, not signed by us, or no token. */
export async function tokenOf(cookie: Cookie, header: string | undefined): Promise<string | undefined> {
  const value: unknown = await cookie.parse(header ?? null);
  return typeof value === "string" && /^[\w-]{32}$/.test(value) ? value : undefined;
}
