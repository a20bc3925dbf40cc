import { Link, redirect, useLoaderData } from "react-router";
import { readerOf } from "../../reader.ts";
import { servicesOf } from "../../services.ts";
import { FormToken } from "../components/form-token.tsx";
import { sentForm, textOf } from "../server/form.server.ts";
import { ownPath, type PageArgs, refuse } from "../server/request.server.ts";

/** The page has a secret in its address, which no cache needs to keep. */
export function headers() {
  return { "Cache-Control": "private, no-store" };
}

const useless =
  "This link does not work here. It works once, within a quarter of an hour, and only in the browser in which it was asked for.";

/** Looks at the link and leaves it as it is: programs that check mail open links, and only a reader presses the button. */
export async function loader(args: PageArgs) {
  const token = new URL(args.request.url).searchParams.get("token") ?? "";
  const mail = await servicesOf(args).accounts.peek(token, readerOf(args).cookies);
  return { token: mail === undefined ? null : token, mail: mail ?? null };
}

/** Signs in, in a session that begins here. */
export async function action(args: PageArgs) {
  const form = await sentForm(args);
  const result = await servicesOf(args).accounts.signIn(textOf(form, "token"), readerOf(args).cookies);
  if (!result) return refuse(410, useless);
  const headers = new Headers();
  for (const cookie of result.cookies) headers.append("Set-Cookie", cookie);
  return redirect(ownPath(result.next), { headers, status: 303 });
}

export default function SignInLink() {
  const { token, mail } = useLoaderData<typeof loader>();
  return (
    <div className="page">
      <title>Sign in · livepapers</title>
      <h1>Sign in</h1>
      {token === null ? (
        <div className="prose">
          <p className="lede">{useless}</p>
          <p>
            <Link to="/sign-in">Ask for another</Link>
          </p>
        </div>
      ) : (
        <form method="post" action="/sign-in/link" className="prose">
          <FormToken />
          <input type="hidden" name="token" value={token} />
          <p className="lede">
            As <b>{mail}</b>, in this browser.
          </p>
          <button type="submit" className="button primary">
            Sign in
          </button>
        </form>
      )}
    </div>
  );
}
