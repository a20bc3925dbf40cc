import { fields } from "../../kit/fields.ts";
import type { Wish } from "../../kit/wish.ts";

/** A wish in words: "every Monday at 07:00 (Europe/Paris), about LLM systems and Model merging". */
export function wishWords({ every, fields: chosen, hour, zone }: Wish): string {
  const when = `${every === "week" ? "every Monday" : "every day"} at ${String(hour).padStart(2, "0")}:00 (${zone})`;
  const titles = chosen.map((field) => fields[field].title);
  const last = titles.pop();
  if (last === undefined) return `${when}, about all fields`;
  return `${when}, about ${titles.length > 0 ? `${titles.join(", ")} and ` : ""}${last}`;
}
