import type { Period } from "../../../feed/periods.ts";
import { formatDay } from "./format.ts";

/** "23 November 2026", "Week 48: 23 November 2026 to 29 November 2026", "November 2026". */
export function periodTitle({ name, key, since, until }: Pick<Period, "name" | "key" | "since" | "until">): string {
  if (name === "day") return formatDay(since);
  if (name === "month") return formatDay(since).replace(/^\d+ /, "");
  const last = new Date(Date.parse(until) - 86_400_000).toISOString();
  return `Week ${Number(key.slice(-2))}: ${formatDay(since)} to ${formatDay(last)}`;
}
