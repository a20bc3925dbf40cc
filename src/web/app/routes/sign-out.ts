import { redirect } from "react-router";
import { readerOf } from "../../reader.ts";
import { servicesOf } from "../../services.ts";
import { sentForm, textOf } from "../server/form.server.ts";
import type { PageArgs } from "../server/request.server.ts";

/** Ends this browser's session, or with `do=everywhere` all of the person's. */
export async function action(args: PageArgs) {
  const form = await sentForm(args);
  const { accounts, library } = servicesOf(args);
  const { person, cookies } = readerOf(args);
  if (person && textOf(form, "do") === "everywhere") await library.signOutEverywhere(person);
  const headers = new Headers();
  for (const cookie of await accounts.signOut(cookies)) headers.append("Set-Cookie", cookie);
  return redirect("/", { headers, status: 303 });
}

export function loader() {
  return redirect("/me");
}
