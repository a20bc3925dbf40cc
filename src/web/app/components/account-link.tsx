import { Link, useLocation } from "react-router";

/** To the reader's page, or to signing in and back again. */
export function AccountLink({ signedIn }: { signedIn: boolean }) {
  const { pathname, search } = useLocation();
  const away = pathname.startsWith("/sign-in");
  const to = signedIn ? "/me" : `/sign-in${away ? "" : `?next=${encodeURIComponent(pathname + search)}`}`;
  const label = signedIn ? "Your page" : "Sign in";
  return (
    <Link to={to} className="account-link" aria-current={pathname === "/me" ? "page" : undefined}>
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
        <circle
          cx="10"
          cy="7"
          r="3.4"
          fill={signedIn ? "currentColor" : "none"}
          stroke="currentColor"
          strokeWidth="1.5"
        />
        <path
          d="M3.5 17c.6-3.4 3.2-5 6.5-5s5.9 1.6 6.5 5z"
          fill={signedIn ? "currentColor" : "none"}
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinejoin="round"
        />
      </svg>
      <span className="account-words">{label}</span>
    </Link>
  );
}
