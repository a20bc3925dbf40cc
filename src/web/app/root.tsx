import "katex/dist/katex.min.css";
import "./styles/base.css";
import "./styles/pages.css";
import "./styles/run.css";
import "./styles/account.css";
import { type ReactNode, useEffect, useRef } from "react";
import {
  isRouteErrorResponse,
  Link,
  Links,
  NavLink,
  Outlet,
  Scripts,
  ScrollRestoration,
  useLocation,
  useNavigation,
  useRouteError,
  useRouteLoaderData,
} from "react-router";
import { readerOf } from "../reader.ts";
import { AccountLink } from "./components/account-link.tsx";
import { MarksForm } from "./components/marks.tsx";
import { SearchBox } from "./components/search-box.tsx";
import { ThemeSwitch, useTheme } from "./components/theme-switch.tsx";
import { themeOf } from "./lib/theme.ts";
import type { NotFound, PageArgs } from "./server/request.server.ts";

export function loader(args: PageArgs) {
  const { formToken, person } = readerOf(args);
  return { theme: themeOf(args.request.headers.get("cookie")), formToken, signedIn: person !== undefined };
}

/** Only the theme switch changes what the root loads. */
export function shouldRevalidate({ formAction }: { formAction?: string }): boolean {
  return formAction === "/theme";
}

export function Layout({ children }: { children: ReactNode }) {
  const stored = useRouteLoaderData<typeof loader>("root");
  const theme = useTheme(stored?.theme ?? "auto");
  return (
    <html lang="en" data-theme={theme}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={theme === "auto" ? "light dark" : theme} />
        <link rel="icon" href="/mark.svg" type="image/svg+xml" />
        <Links />
      </head>
      <body>
        <a className="skip" href="#main">
          Skip to the text
        </a>
        <Pending />
        <header className="masthead">
          <div className="masthead-inner">
            <Link to="/" className="wordmark" aria-label="livepapers, the feed">
              live<em>papers</em>
            </Link>
            <SearchBox />
            <nav aria-label="Site">
              <NavLink to="/" end>
                Papers
              </NavLink>
              <NavLink to="/claims">Claims</NavLink>
              <NavLink to="/about">About</NavLink>
            </nav>
            <div className="masthead-tools">
              <AccountLink signedIn={stored?.signedIn ?? false} />
              <ThemeSwitch theme={theme} />
            </div>
          </div>
        </header>
        <Main>{children}</Main>
        <footer className="colophon">
          <p>
            livepapers runs on your machine: nothing is loaded from elsewhere, nothing is sent.{" "}
            <Link to="/about">About</Link>
          </p>
        </footer>
        <MarksForm />
        <ScrollRestoration />
        <Scripts />
      </body>
    </html>
  );
}

/** Focus follows a change of page, as it does when a browser loads one. */
function Main({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <main id="main" ref={main} tabIndex={-1}>
      {children}
    </main>
  );
}

function Pending() {
  const busy = useNavigation().state !== "idle";
  return <div className="pending" data-busy={busy || undefined} aria-hidden="true" />;
}

export default function App() {
  return <Outlet />;
}

export function ErrorBoundary() {
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) {
    const detail = (typeof error.data === "object" ? error.data : {}) as Partial<NotFound>;
    return (
      <div className="page">
        <title>Not found · livepapers</title>
        <p className="kicker">404</p>
        <h1>Nothing stands here</h1>
        <p className="lede">{detail.message ?? "There is no page at this address."}</p>
        {detail.suggestion && (
          <p>
            Did you mean <Link to={detail.suggestion.to}>{detail.suggestion.label}</Link>?
          </p>
        )}
        <p>
          <Link to="/">All papers</Link> · <Link to="/claims">All claims</Link>
        </p>
      </div>
    );
  }
  const status = isRouteErrorResponse(error) ? error.status : 500;
  if (isRouteErrorResponse(error) && status < 500 && typeof error.data?.message === "string") {
    return (
      <div className="page">
        <title>Not taken · livepapers</title>
        <p className="kicker">{status}</p>
        <h1>That could not be done</h1>
        <p className="lede">{error.data.message}</p>
        <p>
          <Link to="/" reloadDocument>
            All papers
          </Link>
        </p>
      </div>
    );
  }
  return (
    <div className="page">
      <title>Something broke · livepapers</title>
      <p className="kicker">{status}</p>
      <h1>Something broke on our side</h1>
      <p className="lede">
        The page could not be made. What went wrong is in the server’s log; stored runs are safe. Loading the page again
        may be enough.
      </p>
      <p>
        <Link to="/" reloadDocument>
          All papers
        </Link>
      </p>
    </div>
  );
}
