import { problem } from "../../server/problem.server.ts";

export function loader(): Response {
  return problem(404, "There is nothing at this address.");
}

export function action(): Response {
  return problem(404, "There is nothing at this address.");
}
