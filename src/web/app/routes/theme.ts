import { redirect } from "react-router";
import { isTheme } from "../lib/theme.ts";
import { sentForm } from "../server/form.server.ts";
import { ownPath, type PageArgs } from "../server/request.server.ts";

const year = 365 * 24 * 3600;

/** Remembers the theme and goes back to the page it was asked on. */
export async function action(args: PageArgs) {
  const form = await sentForm(args);
  const theme = form.get("theme");
  const headers = new Headers();
  if (isTheme(theme)) {
    headers.set("Set-Cookie", `theme=${theme}; Path=/; Max-Age=${year}; SameSite=Lax; HttpOnly`);
  }
  return redirect(ownPath(form.get("back")), { headers, status: 303 });
}

export function loader() {
  return redirect("/");
}
