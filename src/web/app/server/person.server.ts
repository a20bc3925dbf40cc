import { redirect } from "react-router";
import type { Person } from "../../../store/people.ts";
import { type Reader, readerOf } from "../../reader.ts";
import { notFound, type PageArgs } from "./request.server.ts";

/** Leads to the page that signs in, and from there back to `next`. */
export function signInFirst(next: string, reason?: "marks"): never {
  const search = new URLSearchParams({ next, ...(reason ? { for: reason } : {}) });
  throw redirect(`/sign-in?${search}`, 303);
}

/** The administrator; for others there is no such page. */
export function adminOf(args: PageArgs): Reader & { person: Person } {
  const reader = readerOf(args);
  const { person } = reader;
  if (!reader.admin || !person)
    return notFound({ message: `There is no page at ${new URL(args.request.url).pathname}.` });
  return { ...reader, person };
}
