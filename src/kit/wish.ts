import { DateTime, IANAZone } from "luxon";
import { type FieldId, fieldIds } from "./fields.ts";

/** What a subscriber wants. */
export interface Wish {
  every: "day" | "week";
  /** None stands for all of them. */
  fields: FieldId[];
  /** Hour of sending in `zone`, 0 to 23. */
  hour: number;
  /** IANA name of a time zone. */
  zone: string;
}

export const usualWish: Wish = { every: "day", fields: [], hour: 7, zone: "UTC" };

/** The time zones a reader can choose. */
export function zoneNames(): string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone").filter((name) => name !== "UTC")];
}

/** A wish from what a form holds; what is not understood is as usual. Unknown fields are left out. */
export function readWish(given: {
  every?: unknown;
  fields?: readonly unknown[];
  hour?: unknown;
  zone?: unknown;
}): Wish {
  const { every, fields = [], hour, zone } = given;
  const number = typeof hour === "string" && /^\d{1,2}$/.test(hour) ? Number(hour) : hour;
  const known = typeof zone === "string" && zone.length <= 64 && IANAZone.isValidZone(zone);
  const chosen = fieldIds.filter((field) => fields.includes(field));
  return {
    every: every === "week" ? "week" : "day",
    fields: chosen.length === fieldIds.length ? [] : chosen,
    hour:
      typeof number === "number" && Number.isInteger(number) && number >= 0 && number < 24 ? number : usualWish.hour,
    zone: known ? zone : usualWish.zone,
  };
}

/**
 * The next moment of sending after `after`: the hour of every day, or of Mondays, as clocks in the zone show it. An hour that the clocks skip becomes the
 * one behind it; of an hour that they show twice, the first counts.
 */
export function nextSending({ every, hour, zone }: Omit<Wish, "fields">, after: Date): Date {
  const start = DateTime.fromJSDate(after, { zone });
  for (let day = 0; day < 9; day++) {
    const date = start.startOf("day").plus({ days: day });
    if (every === "week" && date.weekday !== 1) continue;
    const moment = DateTime.fromObject({ year: date.year, month: date.month, day: date.day, hour }, { zone });
    const first = Math.min(...moment.getPossibleOffsets().map((possible) => possible.toMillis()));
    if (first > after.getTime()) return new Date(first);
  }
  throw new Error(`no ${every} after ${after.toISOString()} in ${zone}`);
}

/** The period a digest sent at `at` is for, by the subscriber's own calendar: a day or an ISO week. One subscriber gets one digest for each. */
export function digestPeriod({ every, zone }: Pick<Wish, "every" | "zone">, at: Date): string {
  return DateTime.fromJSDate(at, { zone }).toFormat(every === "week" ? "kkkk-'W'WW" : "yyyy-MM-dd");
}
