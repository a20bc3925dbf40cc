import { Link, useLoaderData } from "react-router";
import { openApi } from "../../../api/openapi.ts";
import { servicesOf } from "../../services.ts";
import { apiPage } from "../server/api-page.server.ts";
import type { PageArgs } from "../server/request.server.ts";

export function loader(args: PageArgs) {
  return apiPage(openApi(servicesOf(args).version));
}

/** The API for people, made of the document that programs read. */
export default function Api() {
  const { description, base, operations, shapes } = useLoaderData<typeof loader>();
  return (
    <div className="page">
      <title>API · livepapers</title>
      <div className="prose">
        <h1>API</h1>
        <p className="lede">{description}</p>
        <p>
          Addresses begin with <code>{base}</code>. Programs find all this in{" "}
          <a href={`${base}/openapi.json`}>openapi.json</a> (OpenAPI 3.1). Refusals are problem documents (RFC 9457).
          Answers have an ETag; lists give a cursor for what follows; <code>RateLimit</code> says how many requests are
          left.
        </p>
        <nav aria-label="Addresses">
          <ul>
            {operations.map(({ id, method, path, summary }) => (
              <li key={id}>
                <a href={`#${id}`}>
                  <code>
                    {method} {path}
                  </code>
                </a>{" "}
                {summary}
              </li>
            ))}
          </ul>
        </nav>
        {operations.map(({ id, method, path, summary, more, parameters, body, answers }) => (
          <section key={id} aria-labelledby={id}>
            <h2 id={id}>{summary}</h2>
            <p>
              <code>
                {method} {base}
                {path}
              </code>
            </p>
            {more && <p>{more}</p>}
            {parameters.length > 0 && (
              <dl>
                {parameters.map(({ name, kind, text }) => (
                  <div key={name}>
                    <dt>
                      <code>{name}</code> <small>{kind}</small>
                    </dt>
                    <dd>{text}</dd>
                  </div>
                ))}
              </dl>
            )}
            {body && (
              <p>
                Takes <code>{body.type}</code>: <a href={`#${body.shape}`}>{body.shape}</a>.
              </p>
            )}
            <dl>
              {answers.map(({ status, text, shape }) => (
                <div key={status}>
                  <dt>{status}</dt>
                  <dd>
                    {text}
                    {shape && (
                      <>
                        : <a href={`#${shape}`}>{shape}</a>
                      </>
                    )}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <h2>Shapes</h2>
        {shapes.map(({ name, text, schema }) => (
          <section key={name} aria-labelledby={name}>
            <h3 id={name}>{name}</h3>
            {text && <p>{text}</p>}
            <details>
              <summary>JSON Schema of {name}</summary>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
              <pre tabIndex={0}>{schema}</pre>
            </details>
          </section>
        ))}
        <p>
          What runs here, and what is kept, is said <Link to="/about">about this site</Link>.
        </p>
      </div>
    </div>
  );
}
