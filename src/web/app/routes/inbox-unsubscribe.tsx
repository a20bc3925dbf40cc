import { Link, useActionData, useLoaderData } from "react-router";
import { servicesOf } from "../../services.ts";
import { notFound, type PageArgs, refuse } from "../server/request.server.ts";

/** The page has a secret in its address. */
export function headers() {
  return { "Cache-Control": "private, no-store" };
}

const unknown = "This link belongs to no subscription: it may have been cut off.";

function keyOf({ request }: PageArgs): string {
  return new URL(request.url).searchParams.get("key") ?? "";
}

/** Changes nothing: programs that check mail open links. */
export function loader(args: PageArgs) {
  if (new URL(args.request.url).searchParams.has("done")) return { key: null };
  const key = keyOf(args);
  return servicesOf(args).inbox.knows(key) ? { key } : notFound({ message: unknown });
}

/** One-click unsubscribing (RFC 8058): mail programs send this by themselves, with no cookie and no form of ours; the signed address is enough. */
export async function action(args: PageArgs) {
  return (await servicesOf(args).inbox.end(keyOf(args))) ? { done: true } : refuse(404, unknown);
}

export default function InboxUnsubscribe() {
  const { key } = useLoaderData<typeof loader>();
  const done = useActionData<typeof action>() !== undefined || key === null;
  return (
    <div className="page">
      <title>Unsubscribe · livepapers</title>
      <h1>{done ? "You are unsubscribed" : "Unsubscribe"}</h1>
      {done ? (
        <div className="prose">
          <p className="lede">No more papers come to your inbox, and your address is forgotten.</p>
          <p>
            <Link to="/">Papers</Link>
          </p>
        </div>
      ) : (
        <form method="post" action={`/inbox/unsubscribe?key=${key}`} className="prose">
          <p className="lede">No more trending papers in your inbox.</p>
          <button type="submit" className="button primary">
            Unsubscribe
          </button>
        </form>
      )}
    </div>
  );
}
