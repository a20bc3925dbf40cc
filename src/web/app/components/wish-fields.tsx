import { useEffect, useRef } from "react";
import { fieldIds, fields } from "../../../kit/fields.ts";
import type { Wish } from "../../../kit/wish.ts";

/** What a subscriber chooses: how often, when, and what about. `ownZone` takes the zone of the browser, where scripts run. */
export function WishFields({ wish, zones, ownZone }: { wish: Wish; zones: readonly string[]; ownZone: boolean }) {
  const zone = useRef<HTMLSelectElement>(null);
  useEffect(() => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (ownZone && zone.current && zones.includes(own)) zone.current.value = own;
  }, [ownZone, zones]);
  return (
    <>
      <div className="field">
        <label htmlFor="every">How often</label>
        <select id="every" name="every" defaultValue={wish.every}>
          <option value="day">Every day</option>
          <option value="week">Every Monday</option>
        </select>
      </div>
      <div className="field">
        <label htmlFor="hour">At</label>
        <select id="hour" name="hour" defaultValue={wish.hour}>
          {Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, "0")}:00`).map((text, hour) => (
            <option key={text} value={hour}>
              {text}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="zone">Time zone</label>
        <select id="zone" name="zone" defaultValue={wish.zone} ref={zone}>
          {zones.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <fieldset className="wish-fields">
        <legend>Fields; none ticked means all of them</legend>
        {fieldIds.map((name) => (
          <label key={name}>
            <input type="checkbox" name="field" value={name} defaultChecked={wish.fields.includes(name)} />{" "}
            {fields[name].title}
          </label>
        ))}
      </fieldset>
    </>
  );
}
