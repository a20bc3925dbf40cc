import { useEffect } from "react";

/** A glance is no reading. */
const readMs = 5000;

/** Says to the server, once, that this paper is being read: its page has been in sight for some seconds. */
export function useRead(slug: string): void {
  useEffect(() => {
    let seen = 0;
    const timer = setInterval(() => {
      if (document.visibilityState !== "visible") return;
      seen += 1000;
      if (seen < readMs) return;
      clearInterval(timer);
      // It is no loss when this does not arrive.
      fetch(`/api/papers/${encodeURIComponent(slug)}/read`, { method: "POST", keepalive: true }).catch(() => {});
    }, 1000);
    return () => clearInterval(timer);
  }, [slug]);
}
