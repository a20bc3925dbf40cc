import { redirect } from "react-router";
import { guideOf } from "../../../papers/catalogue.ts";
import { fieldOf, notFound, type PageArgs } from "../server/request.server.ts";
import { startFromForm } from "../server/run-start.server.ts";

/** The run form of a field's comparison, without scripts. */
export async function action(args: PageArgs) {
  const guide = guideOf(fieldOf(args));
  if (!guide) return notFound({ message: "This field has no comparison yet." });
  return startFromForm(args, guide.card.slug);
}

export function loader(args: PageArgs) {
  return redirect(`/fields/${fieldOf(args)}#run`);
}
