import { ApiError } from "../../api/client.ts";
import { BadInput } from "../../kit/errors.ts";
import { Fault } from "../outcome.ts";
import { clean } from "./clean.ts";

const network: Record<string, string> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no machine of this name",
  EAI_AGAIN: "the machine's address could not be looked up",
  ETIMEDOUT: "it does not answer",
  EHOSTUNREACH: "no way leads there",
  ENETUNREACH: "no way leads there",
  ECONNRESET: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  UND_ERR_CONNECT_TIMEOUT: "it does not answer",
  UND_ERR_HEADERS_TIMEOUT: "it does not answer",
  UND_ERR_BODY_TIMEOUT: "it does not answer",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate cannot be verified",
};

/** The code of a connection's failure, which `fetch` hides in causes. */
function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
    const [first] = at instanceof AggregateError ? at.errors : [];
    if (first) return codeOf(first);
  }
  return undefined;
}

/** Whether trying again may help: the connection, a server in trouble or with too much to do, or something on the way that answers in its place. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.status < 400 || error.status >= 500 || error.status === 429;
  return isConnection(error);
}

function isConnection(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && ["TimeoutError", "AbortError"].includes(error.name));
}

/** Statuses that say that the request was wrong, and that its sender can mend it. */
const mendable = new Set([400, 404, 409, 413, 422]);

/** What a server's refusal or silence is to the reader of the command. What is neither stays as it is. */
export function faultOf(error: unknown, server: string): unknown {
  if (error instanceof ApiError) {
    const { status, where, retryAfter } = error;
    const message = clean(error.message);
    if (mendable.has(status)) {
      const named = where !== undefined && !message.startsWith(where) ? `${clean(where)}: ` : "";
      return new BadInput(`${named}${message}`, status === 413 ? { remedy: "Send less, or run it here." } : {});
    }
    const wait = retryAfter === undefined ? "" : ` Try again in ${retryAfter} s.`;
    return new Fault(`${server} answers: ${message}${status === 429 ? wait : ` (status ${status})${wait}`}`);
  }
  if (!isConnection(error)) return error;
  const code = codeOf(error);
  const why = (code && network[code]) ?? code ?? "it does not answer";
  return new Fault(`${server} cannot be reached: ${why}.`);
}
