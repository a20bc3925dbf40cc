import { createContext, type RouterContextProvider } from "react-router";
import type { Person } from "../store/people.ts";

/** Who makes a request. Made by the server for each, handed to loaders and actions. */
export interface Reader {
  /** Who is signed in. */
  person: Person | undefined;
  /** Signed in with an address of LIVEPAPERS_ADMIN. */
  admin: boolean;
  /** Whose the runs are that this reader starts: "account:ID", or "visitor:HASH" for a browser that nobody is signed in with. */
  owner: string;
  /** The names under which this reader has private runs: the account's and the browser's. */
  names: readonly string[];
  /** The hash of the address that the request comes from, under the site's secret. */
  address: string;
  /** The token for the forms of this response. */
  formToken: string;
  /** Whether a form's token belongs to this browser. */
  knowsForm(token: unknown): boolean;
  /** Too many requests of this kind have come: an action has to refuse this one. */
  tooMany: boolean;
  /** The request's cookies as they were sent. */
  cookies: string | undefined;
}

export const readerContext = createContext<Reader>();

/** The nonce that the scripts of this response carry. */
export const nonceContext = createContext<string>("");

export function readerOf({ context }: { context: Readonly<RouterContextProvider> }): Reader {
  return context.get(readerContext);
}

/** Whose ballot a reader's reading and running is: of the account, or of the address. */
export function ballotOf({ person, owner, address }: Reader): { id: string; address: string } {
  return { id: person ? owner : `address:${address}`, address };
}
