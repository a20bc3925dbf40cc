import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { BadInput } from "../kit/errors.ts";

/** Listens; resolves with the port. `onError` is told what goes wrong with the server later. Rejects with `BadInput` that says what is wrong with the port or the address. */
export function listen(
  server: Server,
  port: number,
  host: string,
  onError: (error: Error) => void = () => {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(asBadInput(error, port, host)));
    server.listen(port, host, () => {
      server.removeAllListeners("error");
      server.on("error", onError);
      resolve((server.address() as AddressInfo).port); // a TCP server's address
    });
  });
}

/** Stops a server at once: what is still open is cut off. */
export function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}

function asBadInput(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === "EADDRINUSE") {
    return new BadInput(`port ${port} is in use by another program`, { remedy: "Choose another with --port." });
  }
  if (error.code === "EACCES") {
    return new BadInput(`port ${port} may not be opened`, { remedy: "Choose one above 1023 with --port." });
  }
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new BadInput(`"${host}" is not an address of this machine`, { where: "--host" });
  }
  return error;
}
