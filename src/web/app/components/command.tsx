import type { ReactNode } from "react";
import { CopyButton } from "./copy-button.tsx";

/** A command line that breaks between its words only. */
function CommandText({ text }: { text: string }) {
  return (
    <code>
      {text.split(" ").map((word, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: words have no identity but their place
        <span key={i}>
          {i > 0 && " "}
          <span className="word">{word}</span>
        </span>
      ))}
    </code>
  );
}

/** How to do the same in a terminal. */
export function Command({ text, narrow = false, children }: { text: string; narrow?: boolean; children?: ReactNode }) {
  return (
    <div className="command">
      <p className="command-head">Run it yourself</p>
      <div className={narrow ? undefined : "command-row"}>
        <CommandText text={text} />
        {!narrow && <CopyButton text={text} />}
      </div>
      {narrow ? (
        <p className="actions">
          <CopyButton text={text} />
          {children}
        </p>
      ) : (
        children
      )}
    </div>
  );
}
