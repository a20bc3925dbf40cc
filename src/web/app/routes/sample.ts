import { samplesOf } from "../../../kit/samples.ts";
import { notFound, type PageArgs, paperOf } from "../server/request.server.ts";

/** A file of a tool's sample or of one of its examples, to look at or to begin from. */
export async function loader(args: PageArgs): Promise<Response> {
  const { paper } = paperOf(args);
  const { tools } = (await paper.tool?.()) ?? { tools: [] };
  const tool = tools.find((candidate) => candidate.name === args.params.tool);
  // "3" is a file of the sample, "2.3" one of the second example.
  const [position, which = "0"] = (args.params.position ?? "").split(".").reverse();
  const file = tool && (await samplesOf(tool))[Number(which)]?.files[Number(position)];
  if (!file) return notFound({ message: "There is no such sample file." });
  const body = typeof file.content === "string" ? file.content : new Uint8Array(file.content);
  return new Response(body, {
    headers: {
      "Content-Type": typeof file.content === "string" ? "text/plain; charset=utf-8" : "application/octet-stream",
      "Content-Disposition": `attachment; filename="${file.name.replace(/[^\w.-]/g, "_")}"`,
    },
  });
}
