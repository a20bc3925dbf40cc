import { useRouteLoaderData } from "react-router";
import { tokenField } from "../lib/form-token.ts";
import type { loader } from "../root.tsx";

/** Stands in every form that is sent with POST: says that it comes from a page of this site. */
export function FormToken() {
  const root = useRouteLoaderData<typeof loader>("root");
  return <input type="hidden" name={tokenField} value={root?.formToken ?? ""} />;
}
