import type { z } from "zod";
import { Fault } from "../outcome.ts";
import { clean } from "./clean.ts";

/** A value that fits its schema, with texts that are safe to print, and whatever a later version may have added. */
export function understood<S extends Pick<z.ZodType, "safeParse">, T>(shape: S, value: T): T {
  if (shape.safeParse(value).success) return clean(value);
  throw new Fault("The server says something that this version does not understand. One of the two may be too old.");
}
