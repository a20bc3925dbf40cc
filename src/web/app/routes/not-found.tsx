import { notFound, type PageArgs } from "../server/request.server.ts";

export function loader({ request }: PageArgs) {
  return notFound({ message: `There is no page at ${decodeURI(new URL(request.url).pathname)}.` });
}

export default function NotFoundPage() {
  return null;
}
