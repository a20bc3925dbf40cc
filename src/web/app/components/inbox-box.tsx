import { useEffect, useRef } from "react";
import { Link } from "react-router";
import type { FieldId } from "../../../kit/fields.ts";
import { FormToken } from "./form-token.tsx";

/** "Get trending papers in your inbox", beside a list of papers. `folder`: this server writes mail to files. */
export function InboxBox({ field, folder }: { field: FieldId | null; folder: boolean }) {
  const zone = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (zone.current) zone.current.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  }, []);
  return (
    <section className="inbox-box no-print" aria-labelledby="inbox-box">
      <h2 id="inbox-box">Get trending papers in your inbox</h2>
      <form method="post" action="/inbox">
        <FormToken />
        {field && <input type="hidden" name="field" value={field} />}
        <input type="hidden" name="zone" defaultValue="UTC" ref={zone} />
        <label htmlFor="inbox-mail">Mail address</label>
        <input id="inbox-mail" name="mail" type="email" required autoComplete="email" maxLength={254} />
        <label htmlFor="inbox-every" className="hidden-text">
          How often
        </label>
        <select id="inbox-every" name="every" defaultValue="day">
          <option value="day">Every day</option>
          <option value="week">Every Monday</option>
        </select>
        <button type="submit" className="button small">
          Subscribe
        </button>
      </form>
      <p className="aside-note">
        {folder
          ? "This server has no mail server set up: messages are files in its data folder. "
          : "At seven, after you confirm by mail. "}
        <Link to={field ? `/inbox?field=${field}` : "/inbox"}>Choose fields and time</Link>
      </p>
    </section>
  );
}
