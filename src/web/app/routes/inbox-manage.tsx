import { Link, redirect, useLoaderData } from "react-router";
import { wishWords } from "../../../feed/digest/words.ts";
import { servicesOf } from "../../services.ts";
import { FormToken } from "../components/form-token.tsx";
import { WishFields } from "../components/wish-fields.tsx";
import { sentForm, textOf } from "../server/form.server.ts";
import { notFound, type PageArgs, refuse } from "../server/request.server.ts";
import { wishOf, zones } from "../server/wish.server.ts";

/** The page has a secret in its address and an address of somebody on it. */
export function headers() {
  return { "Cache-Control": "private, no-store" };
}

const unknown = "This link belongs to no subscription. It may have ended, or the link was cut off.";

export async function loader(args: PageArgs) {
  const search = new URL(args.request.url).searchParams;
  const key = search.get("key") ?? "";
  const { inbox } = servicesOf(args);
  const found = await inbox.find(key);
  if (!found) return notFound({ message: unknown, suggestion: { to: "/inbox", label: "Subscribe" } });
  const { every, fields, hour, zone } = found;
  const wish = { every, fields, hour, zone };
  return {
    key,
    mail: found.mail,
    wish,
    words: wishWords(wish),
    refused: found.refused !== null,
    news: search.has("confirmed") ? "Confirmed." : search.has("saved") ? "Saved." : null,
    folder: inbox.mailKind === "folder",
    zones: zones(),
  };
}

/** `do=save` changes the subscription; `do=end` ends it. */
export async function action(args: PageArgs) {
  const form = await sentForm(args);
  const { inbox } = servicesOf(args);
  const key = textOf(form, "key");
  if (textOf(form, "do") === "end") {
    return (await inbox.end(key)) ? redirect("/inbox/unsubscribe?done", 303) : refuse(404, unknown);
  }
  if (!(await inbox.change(key, wishOf(form)))) return refuse(404, unknown);
  return redirect(`/inbox/manage?${new URLSearchParams({ key, saved: "" })}`, 303);
}

export default function InboxManage() {
  const page = useLoaderData<typeof loader>();
  return (
    <div className="page">
      <title>Your subscription · livepapers</title>
      <h1>Your subscription</h1>
      <div className="prose">
        <p className="lede" role="status">
          {page.news && <>{page.news} </>}
          Trending papers to <b>{page.mail}</b>, {page.words}.
        </p>
        {page.refused && (
          <p>
            The mail server of this address refused what was sent, so that nothing is sent any more.{" "}
            <Link to="/inbox">Subscribing again</Link> begins anew.
          </p>
        )}
        {page.folder && (
          <p className="aside-note">
            This server has no mail server set up: messages are files in the folder <code>mail</code> of its data
            folder.
          </p>
        )}
        <form method="post" action="/inbox/manage" className="run-form sign-in">
          <FormToken />
          <input type="hidden" name="key" value={page.key} />
          <WishFields key={page.words} wish={page.wish} zones={page.zones} ownZone={false} />
          <div className="run-actions">
            <button type="submit" name="do" value="save" className="button primary">
              Save
            </button>
            <button type="submit" name="do" value="end" className="button">
              Unsubscribe
            </button>
          </div>
        </form>
      </div>
    </div>
  );
}
