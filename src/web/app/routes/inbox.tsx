import { Link, redirect, useLoaderData } from "react-router";
import { isField } from "../../../kit/fields.ts";
import { usualWish } from "../../../kit/wish.ts";
import { readerOf } from "../../reader.ts";
import { servicesOf } from "../../services.ts";
import { mailAddress } from "../../settings.ts";
import { FormToken } from "../components/form-token.tsx";
import { WishFields } from "../components/wish-fields.tsx";
import { sentForm, textOf } from "../server/form.server.ts";
import { type PageArgs, refuse } from "../server/request.server.ts";
import { wishOf, zones } from "../server/wish.server.ts";

export function loader(args: PageArgs) {
  const search = new URL(args.request.url).searchParams;
  return {
    sent: search.has("sent"),
    folder: servicesOf(args).inbox.mailKind === "folder",
    mail: readerOf(args).person?.mail ?? "",
    wish: { ...usualWish, fields: search.getAll("field").filter(isField) },
    zones: zones(),
  };
}

/** Asks for a link that confirms. The answer is the same for every address. */
export async function action(args: PageArgs) {
  const form = await sentForm(args);
  const mail = mailAddress(textOf(form, "mail"));
  if (!mail) return refuse(422, "That is not a mail address. It looks like ada@example.org.");
  await servicesOf(args).inbox.ask(mail, wishOf(form));
  return redirect("/inbox?sent", 303);
}

export default function InboxPage() {
  const page = useLoaderData<typeof loader>();
  return (
    <div className="page">
      <title>Trending papers in your inbox · livepapers</title>
      <h1>{page.sent ? "A link is on its way" : "Trending papers in your inbox"}</h1>
      <div className="prose">
        {page.sent ? (
          <>
            <p className="lede">
              Open it within two days and press the button there. Without that nothing is sent, and nothing that was
              there changes.
            </p>
            {!page.folder && <p>Nothing after some minutes? Look among the unwanted mail.</p>}
          </>
        ) : (
          <Ask />
        )}
        {page.folder && (
          <p className="aside-note">
            This server has no mail server set up: messages are files in the folder <code>mail</code> of its data
            folder.
          </p>
        )}
        {page.sent && (
          <p>
            <Link to="/inbox">Ask again</Link>
          </p>
        )}
      </div>
    </div>
  );
}

function Ask() {
  const { mail, wish, zones } = useLoaderData<typeof loader>();
  return (
    <>
      <p className="lede">
        The papers that trend, each with its claim in words and how it last came out. No account is needed, and every
        mail has a link that ends it.
      </p>
      <form method="post" action="/inbox" className="run-form sign-in">
        <FormToken />
        <div className="field">
          <label htmlFor="mail">Mail address</label>
          <input id="mail" name="mail" type="email" required autoComplete="email" maxLength={254} defaultValue={mail} />
          <p className="field-about">
            Kept until you unsubscribe, for this only. <Link to="/about#people">What is kept</Link>
          </p>
        </div>
        <WishFields wish={wish} zones={zones} ownZone />
        <div className="run-actions">
          <button type="submit" className="button primary">
            Subscribe
          </button>
        </div>
      </form>
    </>
  );
}
