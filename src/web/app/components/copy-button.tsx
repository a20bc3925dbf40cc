import { useEffect, useState } from "react";

/** Copies a text; appears once scripts run, since it does nothing without. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [state, setState] = useState<"waiting" | "ready" | "copied">("waiting");
  useEffect(() => setState("ready"), []);
  useEffect(() => {
    if (state !== "copied") return;
    const timer = setTimeout(() => setState("ready"), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setState("copied");
  };
  return (
    <button type="button" className="button small" disabled={state === "waiting"} onClick={() => void copy()}>
      <span aria-live="polite">{state === "copied" ? "Copied" : label}</span>
    </button>
  );
}
