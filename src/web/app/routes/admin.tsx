import { Form, Link, redirect, useLoaderData } from "react-router";
import { servicesOf } from "../../services.ts";
import { FormToken } from "../components/form-token.tsx";
import { formatMoment } from "../lib/format.ts";
import { sentForm, textOf } from "../server/form.server.ts";
import { listedSlug, paperNames } from "../server/papers.server.ts";
import { adminOf } from "../server/person.server.ts";
import { type PageArgs, refuse } from "../server/request.server.ts";

export function headers() {
  return { "Cache-Control": "private, no-store" };
}

export async function loader(args: PageArgs) {
  adminOf(args);
  const { library } = servicesOf(args);
  const [queue, hidden] = await Promise.all([library.queue(), library.hidden()]);
  const nameOf = await paperNames(
    args,
    queue.map(({ slug }) => slug),
  );
  return {
    queue: queue.map(({ id, kind, slug, tool, scale, state, cancelRequested, created, started }) => ({
      ...{ id, kind, tool, scale },
      state: cancelRequested ? "stopping" : state,
      paper: nameOf(slug),
      created: formatMoment(created),
      started: started ? formatMoment(started) : null,
    })),
    hidden: hidden.map(({ slug, reason, at }) => ({ slug, reason, at: formatMoment(at) })),
  };
}

/** `do` is "stop ID", "remove" with a run, "hide" with a slug and a reason, or "unhide SLUG". */
export async function action(args: PageArgs) {
  const reader = adminOf(args);
  const form = await sentForm(args);
  const { library, runs } = servicesOf(args);
  const [what, name = ""] = textOf(form, "do").split(" ");
  if (what === "stop") await runs.cancel(reader, name);
  else if (what === "remove") {
    const given = textOf(form, "run").trim();
    const id = given.replace(/^.*\/runs\//, "");
    if (!(await runs.remove(reader, id))) return refuse(404, `There is no run “${given.slice(0, 80)}” to remove.`);
  } else if (what === "unhide") await library.unhide(name);
  else if (what === "hide") {
    const given = textOf(form, "slug").trim();
    const slug = await listedSlug(args, given.replace(/^.*\/(?:papers|arxiv)\//, ""));
    if (slug === undefined) return refuse(404, `There is no paper “${given.slice(0, 80)}” to hide.`);
    await library.hide(slug, textOf(form, "reason").trim());
  } else return refuse(400, "That is not something to do on this page.");
  return redirect("/admin", 303);
}

export default function Admin() {
  const { queue, hidden } = useLoaderData<typeof loader>();
  return (
    <div className="page">
      <title>Administration · livepapers</title>
      <header className="list-head">
        <h1>Administration</h1>
        <p className="lede">The queue of runs, and cards that are hidden. What runs of others contain is not shown.</p>
      </header>
      <div className="own">
        <section aria-labelledby="queue">
          <h2 id="queue">Queue</h2>
          {queue.length === 0 ? (
            <p className="aside-note">Nothing waits, nothing runs.</p>
          ) : (
            <Form method="post" preventScrollReset>
              <FormToken />
              {/* biome-ignore lint/a11y: what scrolls must be reachable by keyboard, and then needs a name */}
              <div className="scroll" tabIndex={0} role="region" aria-label="Runs that wait or run">
                <table className="own-runs">
                  <thead>
                    <tr>
                      <th scope="col">Run</th>
                      <th scope="col">Paper</th>
                      <th scope="col">State</th>
                      <th scope="col">Queued</th>
                      <th scope="col">Started</th>
                      <th scope="col">
                        <span className="hidden-text">Stop</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {queue.map((run) => (
                      <tr key={run.id}>
                        <td>
                          <code>{run.id}</code> {run.kind === "claim" ? `claim, ${run.scale}` : `tool ${run.tool}`}
                        </td>
                        <td>{run.paper.title}</td>
                        <td>{run.state}</td>
                        <td>{run.created}</td>
                        <td>{run.started ?? "–"}</td>
                        <td>
                          {run.state !== "stopping" && (
                            <button type="submit" name="do" value={`stop ${run.id}`} className="button small">
                              Stop<span className="hidden-text"> {run.id}</span>
                            </button>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </Form>
          )}
        </section>
        <section aria-labelledby="remove">
          <h2 id="remove">Remove a run</h2>
          <p className="aside-note">With its record and its files, for everyone and for good.</p>
          <Form method="post" className="run-form hide-form">
            <FormToken />
            <div className="field">
              <label htmlFor="run">Run to remove, by its name or address</label>
              <input id="run" name="run" required maxLength={200} autoComplete="off" spellCheck={false} />
            </div>
            <div className="run-actions">
              <button type="submit" name="do" value="remove" className="button small">
                Remove
              </button>
            </div>
          </Form>
        </section>
        <section aria-labelledby="hidden">
          <h2 id="hidden">Hidden cards</h2>
          {hidden.length === 0 ? (
            <p className="aside-note">None.</p>
          ) : (
            <Form method="post" preventScrollReset>
              <FormToken />
              <ul className="own-list">
                {hidden.map((card) => (
                  <li key={card.slug}>
                    <span>
                      <code>{card.slug}</code> {card.reason} <span className="tag">{card.at}</span>
                    </span>
                    <button type="submit" name="do" value={`unhide ${card.slug}`} className="link-button">
                      Show again<span className="hidden-text"> {card.slug}</span>
                    </button>
                  </li>
                ))}
              </ul>
            </Form>
          )}
          <Form method="post" className="run-form hide-form">
            <FormToken />
            <div className="field">
              <label htmlFor="slug">Card to hide, by its name in the address</label>
              <input id="slug" name="slug" required maxLength={200} autoComplete="off" spellCheck={false} />
            </div>
            <div className="field">
              <label htmlFor="reason">Why, for yourself</label>
              <input id="reason" name="reason" maxLength={300} autoComplete="off" />
            </div>
            <div className="run-actions">
              <button type="submit" name="do" value="hide" className="button small">
                Hide
              </button>
            </div>
          </Form>
        </section>
        <p>
          <Link to="/me">Your page</Link>
        </p>
      </div>
    </div>
  );
}
