import { DateTime } from "luxon";

export const periodNames = ["day", "week", "month"] as const;
export type PeriodName = (typeof periodNames)[number];

/** A day, an ISO week or a month, in UTC. */
export interface Period {
  name: PeriodName;
  /** As it stands in addresses: 2026-11-23, 2026-W48, 2026-11. */
  key: string;
  /** First day, and the day after the last one. */
  since: string;
  until: string;
}

const formats: Record<PeriodName, string> = { day: "yyyy-MM-dd", week: "kkkk-'W'WW", month: "yyyy-MM" };
const patterns: Record<PeriodName, RegExp> = { day: /^\d{4}-\d\d-\d\d$/, week: /^\d{4}-W\d\d$/, month: /^\d{4}-\d\d$/ };

function from(name: PeriodName, moment: DateTime): Period {
  const start = moment.startOf(name);
  return {
    name,
    key: start.toFormat(formats[name]),
    since: start.toISODate() ?? "",
    until: start.plus({ [`${name}s`]: 1 }).toISODate() ?? "",
  };
}

/** Years that papers are listed in: arXiv began in 1991, and the database has no dates of every year that can be typed. */
const [firstYear, lastYear] = [1991, 2100];

/** The period of a key; undefined for what is none, or lies where no paper can be listed. */
export function parsePeriod(name: PeriodName, key: string): Period | undefined {
  const year = Number(key.slice(0, 4));
  if (!patterns[name].test(key) || year < firstYear || year > lastYear) return undefined;
  const moment = DateTime.fromISO(key, { zone: "utc" });
  return moment.isValid ? from(name, moment) : undefined;
}

/** The period an ISO day stands in. */
export function periodOf(name: PeriodName, day: string): Period {
  return from(name, DateTime.fromISO(day, { zone: "utc" }));
}
