import { readWish, type Wish, zoneNames } from "../../../kit/wish.ts";
import { textOf } from "./form.server.ts";

/** What a form of a subscriber says. */
export function wishOf(form: FormData): Wish {
  return readWish({
    every: textOf(form, "every"),
    fields: form.getAll("field"),
    hour: textOf(form, "hour"),
    zone: textOf(form, "zone"),
  });
}

let known: string[] | undefined;

/** The time zones of the form. */
export function zones(): string[] {
  known ??= zoneNames();
  return known;
}
