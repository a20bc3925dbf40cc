import { useEffect, useState } from "react";
import { Html } from "./html.tsx";

/** A paragraph of Markdown from a run: set by the server where it could, else here. */
export function Note({ markdown, html }: { markdown: string; html?: string | undefined }) {
  const [here, setHere] = useState<string>();
  useEffect(() => {
    if (html !== undefined) return;
    let gone = false;
    void import("../lib/markdown-here.ts")
      .then(({ markdownHere }) => markdownHere(markdown))
      .then((set) => {
        if (!gone) setHere(set);
      });
    return () => {
      gone = true;
    };
  }, [markdown, html]);
  const set = html ?? here;
  return set === undefined ? <p className="note">{markdown}</p> : <Html as="div" className="note" html={set} />;
}
