import { Link, redirect, useLoaderData } from "react-router";
import { wishWords } from "../../../feed/digest/words.ts";
import { servicesOf } from "../../services.ts";
import { FormToken } from "../components/form-token.tsx";
import { sentForm, textOf } from "../server/form.server.ts";
import { type PageArgs, refuse } from "../server/request.server.ts";

/** The page has a secret in its address, which no cache needs to keep. */
export function headers() {
  return { "Cache-Control": "private, no-store" };
}

const useless =
  "This link confirms nothing any more. It works once, for two days, and only the newest one works after that.";

/** Looks at the link and leaves it as it is: programs that check mail open links, and only a reader presses the button. */
export async function loader(args: PageArgs) {
  const token = new URL(args.request.url).searchParams.get("token") ?? "";
  const ask = await servicesOf(args).inbox.peek(token);
  return ask ? { token, mail: ask.mail, wish: wishWords(ask.wish) } : null;
}

export async function action(args: PageArgs) {
  const form = await sentForm(args);
  const path = await servicesOf(args).inbox.confirm(textOf(form, "token"));
  return path === undefined ? refuse(410, useless) : redirect(`${path}&confirmed`, 303);
}

export default function InboxConfirm() {
  const ask = useLoaderData<typeof loader>();
  return (
    <div className="page">
      <title>Confirm · livepapers</title>
      <h1>Trending papers in your inbox</h1>
      {ask === null ? (
        <div className="prose">
          <p className="lede">{useless}</p>
          <p>
            <Link to="/inbox">Ask for another</Link>
          </p>
        </div>
      ) : (
        <form method="post" action="/inbox/confirm" className="prose">
          <FormToken />
          <input type="hidden" name="token" value={ask.token} />
          <p className="lede">
            To <b>{ask.mail}</b>, {ask.wish}.
          </p>
          <button type="submit" className="button primary">
            Yes, send them
          </button>
        </form>
      )}
    </div>
  );
}
