import { readerOf } from "../../reader.ts";
import { servicesOf } from "../../services.ts";
import { signInFirst } from "../server/person.server.ts";
import type { PageArgs } from "../server/request.server.ts";

/** GET /me/data.json: everything that is stored about the person who is signed in. */
export async function loader(args: PageArgs): Promise<Response> {
  const { person } = readerOf(args);
  if (!person) return signInFirst("/me");
  const data = await servicesOf(args).library.export(person);
  return new Response(`${JSON.stringify(data, undefined, 2)}\n`, {
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Disposition": 'attachment; filename="livepapers-data.json"',
      "Cache-Control": "private, no-store",
    },
  });
}
