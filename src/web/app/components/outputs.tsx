import { useEffect, useState } from "react";
import { formatBytes } from "../../../kit/files.ts";
import type { LocalOutput } from "../lib/browser-run.ts";
import { type Preview, previewBlob, previewUrl } from "../lib/preview.ts";

/** A file that a tool made, here or on the server. */
export interface OutputLink {
  name: string;
  mediaType: string;
  bytes: number;
  url: string;
  /** Present when the file is in this page. */
  blob?: Blob;
}

/** Addresses for files that exist in this page only; they are given back when the page lets go of them. */
export function useLocalLinks(outputs: readonly LocalOutput[]): readonly OutputLink[] {
  const [links, setLinks] = useState<readonly OutputLink[]>([]);
  useEffect(() => {
    const made = outputs.map(({ name, mediaType, blob }) => ({
      ...{ name, mediaType, blob },
      bytes: blob.size,
      url: URL.createObjectURL(blob),
    }));
    setLinks(made);
    return () => {
      for (const link of made) URL.revokeObjectURL(link.url);
    };
  }, [outputs]);
  return links;
}

function OutputFile({ link }: { link: OutputLink }) {
  const [preview, setPreview] = useState<Preview>();
  useEffect(() => {
    let gone = false;
    const read = link.blob ? previewBlob(link.blob, link.mediaType) : previewUrl(link.url, link.mediaType);
    read.then(
      (found) => {
        if (!gone) setPreview(found);
      },
      () => {}, // a preview that cannot be had is left out; the download says why
    );
    return () => {
      gone = true;
    };
  }, [link]);
  return (
    <li className="output">
      <p className="output-head">
        <a className="button small" href={link.url} download={link.name}>
          Download {link.name}
        </a>
        <span className="tag">{formatBytes(link.bytes)}</span>
      </p>
      {preview && preview.text !== "" && (
        // biome-ignore lint/a11y: what scrolls must be reachable by keyboard, and then needs a name
        <pre className="preview" tabIndex={0} role="region" aria-label={`The beginning of ${link.name}`}>
          {preview.text}
          {preview.cut && "\n…"}
        </pre>
      )}
    </li>
  );
}

/** The files that a tool made: the first lines of each that is text, and a download. */
export function Outputs({ links }: { links: readonly OutputLink[] }) {
  if (links.length === 0) return null;
  return (
    <ul className="outputs" aria-label="Files made">
      {links.map((link) => (
        <OutputFile key={link.name} link={link} />
      ))}
    </ul>
  );
}
