import { Link } from "react-router";
import { FormToken } from "./form-token.tsx";

/** Signing out, and what is stored: to take along or to be forgotten. These forms load the page anew, so that nothing of before stays in it. */
export function OwnAccount({ since }: { since: string | null }) {
  return (
    <section aria-labelledby="account">
      <h2 id="account">Account</h2>
      {since && (
        <p>
          Since {since}. <Link to="/about#people">What is kept about you, and for how long</Link>
        </p>
      )}
      <div className="actions">
        <form method="post" action="/sign-out">
          <FormToken />
          <button type="submit" className="button small">
            Sign out
          </button>
        </form>
        <form method="post" action="/sign-out">
          <FormToken />
          <button type="submit" name="do" value="everywhere" className="button small">
            Sign out everywhere
          </button>
        </form>
        <a href="/me/data.json" download="livepapers-data.json" className="button small">
          Export my data
        </a>
      </div>
      <details className="more delete-account">
        <summary>Delete my data</summary>
        <form method="post" action="/me">
          <FormToken />
          <p>
            Deletes the account with bookmarks, follows, votes and reads, and your runs of tools with their files, at
            once and for good. Claims you ran stay, with nothing that says whose they were.
          </p>
          <p>
            <label>
              <input type="checkbox" name="sure" value="yes" required /> Yes, delete everything
            </label>
          </p>
          <button type="submit" name="do" value="delete" className="button small">
            Delete my data
          </button>
        </form>
      </details>
    </section>
  );
}
