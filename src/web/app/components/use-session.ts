import { useEffect, useSyncExternalStore } from "react";
import { idle, type RunSession, type SessionState, sessionOf } from "../lib/session.ts";

const nothing = (): (() => void) => () => {};

/** The session of a place, and its state; idle on the server. */
export function useSession(place: string): { session: RunSession | null; state: SessionState } {
  const session = typeof window === "undefined" ? null : sessionOf(place);
  const state = useSyncExternalStore(
    session?.subscribe ?? nothing,
    () => session?.snapshot() ?? idle,
    () => idle,
  );
  return { session, state };
}

/** A run on the server as it goes on, from its first event; nothing is watched for `null`. */
export function useWatched(id: string | null): SessionState & { cancel(): void } {
  const { session, state } = useSession(`run ${id ?? "none"}`);
  useEffect(() => {
    if (id !== null) session?.attach(id);
  }, [session, id]);
  return { ...state, cancel: () => void session?.cancel() };
}
