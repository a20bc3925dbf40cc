import { type DragEvent, useId, useState } from "react";
import { formatBytes } from "../../../kit/files.ts";
import type { ToolForm } from "../server/forms.server.ts";
import { Html } from "./html.tsx";

interface Props {
  role: ToolForm["inputs"][number];
  files: readonly File[];
  onFiles(files: readonly File[]): void;
}

/** The files of one input: dropped, chosen, or pasted as text. */
export function FileRole({ role, files, onFiles }: Props) {
  const id = useId();
  const [over, setOver] = useState(false);
  const [pasting, setPasting] = useState(false);
  const [text, setText] = useState("");
  const textual =
    role.accepts.length === 0 || role.accepts.some((ending) => !/parquet|safetensors|npy|gz/.test(ending));
  const add = (list: FileList | null): void => {
    const given = [...(list ?? [])];
    if (given.length > 0) onFiles(role.many ? [...files, ...given] : given.slice(0, 1));
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  const paste = (): void => {
    const ending = role.accepts.find((candidate) => /^\.[a-z]+$/.test(candidate)) ?? ".txt";
    const pasted = new File([text], `pasted${ending}`, { type: "text/plain" });
    onFiles(role.many ? [...files, pasted] : [pasted]);
    setPasting(false);
    setText("");
  };
  return (
    <div className="role">
      <p className="role-head">
        <b>{role.name}</b>
        {(role.optional || role.many) && (
          <span className="tag">
            {" "}
            {[role.optional && "optional", role.many && "one or more files"].filter(Boolean).join(", ")}
          </span>
        )}
      </p>
      <Html as="p" className="field-about" html={role.descriptionHtml} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a place to drop on; the button inside does the same by keyboard */}
      <div
        className="drop"
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <input
          id={id}
          type="file"
          className="hidden-text"
          multiple={role.many}
          onChange={(event) => {
            add(event.target.files);
            // The same file chosen again is a new choice.
            event.target.value = "";
          }}
        />
        <label htmlFor={id} className="button small">
          Choose {role.many ? "files" : "a file"}
          <span className="hidden-text"> for {role.name}</span>
        </label>
        <span className="drop-words">
          or drop {role.many ? "them" : "it"} here
          {role.accepts.length > 0 && <span className="tag"> {role.accepts.join(" ")}</span>}
        </span>
        {textual && (
          <button type="button" className="link-button" onClick={() => setPasting(!pasting)} aria-expanded={pasting}>
            paste text
          </button>
        )}
      </div>
      {pasting && (
        <div className="paste">
          <label htmlFor={`${id}-text`} className="hidden-text">
            Text for {role.name}
          </label>
          <textarea
            id={`${id}-text`}
            rows={6}
            value={text}
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="button" className="button small" disabled={text.trim() === ""} onClick={paste}>
            Use this text
          </button>
        </div>
      )}
      {files.length > 0 && (
        <ul className="chosen" aria-label={`Files for ${role.name}`}>
          {files.map((file, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same name may be given twice
            <li key={`${i} ${file.name}`}>
              <code>{file.name}</code> <span className="tag">{formatBytes(file.size)}</span>{" "}
              <button
                type="button"
                className="link-button"
                aria-label={`Remove ${file.name}`}
                onClick={() => onFiles(files.filter((_, j) => j !== i))}
              >
                remove
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
