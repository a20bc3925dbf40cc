import { redirect } from "react-router";
import { type PageArgs, paperOf } from "../server/request.server.ts";
import { startFromForm } from "../server/run-start.server.ts";

/** The run form of a paper, without scripts. */
export async function action(args: PageArgs) {
  return startFromForm(args, paperOf(args).paper.card.slug);
}

export function loader(args: PageArgs) {
  return redirect(`/papers/${paperOf(args).paper.card.slug}#run`);
}
