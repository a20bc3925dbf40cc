import { Link, redirect, useLoaderData, useSearchParams } from "react-router";
import { readerOf } from "../../reader.ts";
import { servicesOf } from "../../services.ts";
import { mailAddress } from "../../settings.ts";
import { FormToken } from "../components/form-token.tsx";
import { sentForm, textOf } from "../server/form.server.ts";
import { ownPath, type PageArgs, refuse } from "../server/request.server.ts";

export function loader(args: PageArgs) {
  const { accounts } = servicesOf(args);
  const search = new URL(args.request.url).searchParams;
  return {
    next: ownPath(search.get("next")),
    sent: search.has("sent"),
    folder: accounts.mailKind === "folder",
    mail: readerOf(args).person?.mail ?? null,
  };
}

/** Asks for a link. The answer is the same for every address. */
export async function action(args: PageArgs) {
  const form = await sentForm(args);
  const mail = mailAddress(textOf(form, "mail"));
  if (!mail) return refuse(422, "That is not a mail address. It looks like ada@example.org.");
  const next = ownPath(form.get("next"));
  const cookies = await servicesOf(args).accounts.ask(mail, next, readerOf(args).cookies);
  const headers = new Headers();
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  return redirect("/sign-in?sent", { headers, status: 303 });
}

export default function SignIn() {
  const page = useLoaderData<typeof loader>();
  return (
    <div className="page">
      <title>Sign in · livepapers</title>
      <h1>{page.sent ? "A link is on its way" : "Sign in"}</h1>
      {page.sent ? <Sent folder={page.folder} /> : <Ask {...page} />}
    </div>
  );
}

function Sent({ folder }: { folder: boolean }) {
  return (
    <div className="prose">
      <p className="lede">
        Open it in this browser within a quarter of an hour, and press the button there. It works once, and in no other
        browser.
      </p>
      {folder ? (
        <p className="aside-note">
          This server has no mail server set up: the message is a file in the folder <code>mail</code> of its data
          folder, and whoever keeps the server can open it with a mail program.
        </p>
      ) : (
        <p>Nothing after some minutes? Look among the unwanted mail, or ask again.</p>
      )}
      <p>
        <Link to="/sign-in">Ask again</Link>
      </p>
    </div>
  );
}

function Ask({ next, folder, mail }: { next: string; folder: boolean; mail: string | null }) {
  const [search] = useSearchParams();
  const reason = search.get("for");
  return (
    <div className="prose">
      <p className="lede">
        {reason === "marks" && "Voting, bookmarks and following need an account. "}
        There is no password: you get a link by mail, and that is all. The first time makes an account.
      </p>
      {mail && (
        <p>
          You are signed in as {mail}. <Link to="/me">Your page</Link>
        </p>
      )}
      <form method="post" action="/sign-in" className="run-form sign-in">
        <FormToken />
        <input type="hidden" name="next" value={next} />
        <div className="field">
          <label htmlFor="mail">Mail address</label>
          <input id="mail" name="mail" type="email" required autoComplete="email" maxLength={254} inputMode="email" />
          <p className="field-about">
            Kept as long as your account is, for signing in only. <Link to="/about#people">What is kept</Link>
          </p>
        </div>
        <div className="run-actions">
          <button type="submit" className="button primary">
            Send me a link
          </button>
        </div>
      </form>
      {folder && (
        <p className="aside-note">
          This server has no mail server set up: messages are files in the folder <code>mail</code> of its data folder.
        </p>
      )}
    </div>
  );
}
