import { readerOf } from "../../reader.ts";
import { tokenField } from "../lib/form-token.ts";
import { formBody } from "./body.server.ts";
import { RequestProblem } from "./problem.server.ts";
import { type PageArgs, refuse } from "./request.server.ts";

const formLimit = 256 << 10;

/** The form that a page of this site has sent. Every action of a page reads its form here, since one without the page's token is refused. */
export async function sentForm(args: PageArgs): Promise<FormData> {
  const form = await formBody(args.request, formLimit).catch((error: unknown) => {
    if (error instanceof RequestProblem) refuse(error.status, error.message);
    throw error;
  });
  const reader = readerOf(args);
  if (reader.tooMany) refuse(429, "Too many forms have come from here. Wait a few minutes, then try again.");
  if (!reader.knowsForm(form.get(tokenField))) {
    refuse(403, "The form did not come from a page of this site that is open in this browser. Load the page again.");
  }
  form.delete(tokenField);
  return form;
}

/** A text of a form; "" when it is absent. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
