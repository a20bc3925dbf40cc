import { redirect } from "react-router";
import { isField } from "../../../kit/fields.ts";
import { readerOf } from "../../reader.ts";
import { servicesOf } from "../../services.ts";
import { sentForm, textOf } from "../server/form.server.ts";
import { listedSlug } from "../server/papers.server.ts";
import { signInFirst } from "../server/person.server.ts";
import { ownPath, type PageArgs, refuse } from "../server/request.server.ts";

/** What the buttons of papers and fields do: `do` is "vote SLUG", "unvote SLUG", "save SLUG", "unsave SLUG", "follow FIELD" or "unfollow FIELD". */
export async function action(args: PageArgs) {
  const form = await sentForm(args);
  const back = ownPath(form.get("back"));
  const { person, address } = readerOf(args);
  if (!person) return signInFirst(back, "marks");
  const { library } = servicesOf(args);
  const [, what = "", name = ""] = /^(\w+) (\S{1,120})$/.exec(textOf(form, "do")) ?? [];
  if (what === "follow" || what === "unfollow") {
    if (!isField(name)) return refuse(404, "There is no such field here.");
    await library[what](person, name);
    return redirect(back, 303);
  }
  // What is there no more can still be taken back.
  if (what === "unvote") await library.unvote(person, name);
  else if (what === "unsave") await library.unbookmark(person, name);
  else if (what === "vote" || what === "save") {
    const slug = await listedSlug(args, name);
    if (slug === undefined) return refuse(404, "There is no such paper here.");
    await (what === "vote" ? library.vote(person, slug, address) : library.bookmark(person, slug));
  } else return refuse(400, "That is not something to do with a paper.");
  return redirect(back, 303);
}

export function loader() {
  return redirect("/");
}
