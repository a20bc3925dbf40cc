import { type FormEvent, useEffect, useState } from "react";
import { Link } from "react-router";
import { formatBytes } from "../../../kit/files.ts";
import type { FilesByRole } from "../lib/api.ts";
import { applyCommand } from "../lib/command-line.ts";
import type { SessionState, Where } from "../lib/session.ts";
import type { ToolForm, ToolSample } from "../server/forms.server.ts";
import { Command } from "./command.tsx";
import { FileRole } from "./file-role.tsx";
import { Html } from "./html.tsx";
import { LabelPanel } from "./label-panel.tsx";
import { type OutputLink, Outputs, useLocalLinks } from "./outputs.tsx";
import { defaultsOf, ParamFields, type Typed } from "./param-fields.tsx";
import { Progress, RunOutput, Trouble } from "./run-output.tsx";
import { useNamedRun } from "./use-named-run.ts";
import { useSession } from "./use-session.ts";
import { WhereChoice } from "./where-choice.tsx";

interface Props {
  slug: string;
  tool: ToolForm;
  /** The paper has more than one tool. */
  named: boolean;
  anywhere: boolean;
  uploadLimit: number;
}

async function sampleFiles(sample: ToolSample): Promise<FilesByRole> {
  const files: Record<string, File[]> = {};
  for (const { role, name, url } of sample.files) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`The sample ${name} could not be loaded.`);
    files[role] = [...(files[role] ?? []), new File([await response.blob()], name)];
  }
  return files;
}

/** Options of a sample as a form holds them. */
function typedOptions(options: Record<string, unknown>): Typed {
  const asTyped = (value: unknown): Typed[string] => {
    if (typeof value === "boolean") return value;
    return Array.isArray(value) ? value.map(String) : String(value);
  };
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, asTyped(value)]));
}

/** Files that a run on the server made, once it is done. */
function serverLinks(state: SessionState): OutputLink[] {
  const { outcome } = state.view;
  if (state.where !== "server" || !state.id || outcome?.status !== "done" || !("outputs" in outcome)) return [];
  return outcome.outputs.map(({ name, mediaType, bytes }) => ({
    ...{ name, mediaType, bytes },
    url: `/api/runs/${state.id}/outputs/${encodeURIComponent(name)}`,
  }));
}

/** A tool on the reader's own files. */
export function ToolPanel({ slug, tool, named, anywhere, uploadLimit }: Props) {
  const { session, state } = useSession(`tool ${slug} ${tool.name}`);
  const [watched, name] = useNamedRun();
  const [where, setWhere] = useState<Where>(anywhere ? "browser" : "server");
  const [files, setFiles] = useState<FilesByRole>({});
  const [typed, setTyped] = useState<Typed>({});
  const [ready, setReady] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const local = useLocalLinks(state.outputs);
  const busy = state.phase === "starting" || state.phase === "running";
  const missing = tool.inputs.filter((input) => !input.optional && (files[input.name] ?? []).length === 0);
  const bytes = Object.values(files)
    .flat()
    .reduce((sum, file) => sum + file.size, 0);
  const tooMuch = where === "server" && bytes > uploadLimit;

  useEffect(() => setReady(true), []);
  useEffect(() => {
    if (session && watched && session.snapshot().phase === "idle") session.attach(watched);
  }, [session, watched]);

  const start = async (given: FilesByRole, options: Typed): Promise<void> => {
    if (!session || busy) return;
    setTrouble(undefined);
    const job = { kind: "tool", slug, tool: tool.name, params: options } as const;
    name(await session.start(where, job, given));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing.length === 0 && !tooMuch) void start(files, typed);
  };
  const samples = tool.samples.filter((sample) => sample.files.length > 0);
  const trySample = async (sample: ToolSample): Promise<void> => {
    try {
      const given = await sampleFiles(sample);
      const options = typedOptions(sample.options);
      setFiles(given);
      setTyped(options);
      await start(given, options);
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
    }
  };
  const command = applyCommand({
    slug,
    tool: named ? tool.name : undefined,
    files: tool.inputs.map((input, i) => {
      const names = (files[input.name] ?? []).map((file) => file.name);
      return { role: input.name, names: names.length === 0 && i === 0 ? [`FILE${input.accepts[0] ?? ""}`] : names };
    }),
    params: typed,
    defaults: defaultsOf(tool.fields),
  });
  const refusal = trouble ?? state.refusal?.message;
  return (
    <div className="run-panel">
      <form className="run-form" onSubmit={submit}>
        <div className="roles">
          {tool.inputs.map((role) => (
            <FileRole
              key={role.name}
              role={role}
              files={files[role.name] ?? []}
              onFiles={(own) => setFiles({ ...files, [role.name]: own })}
            />
          ))}
        </div>
        {tool.fields.length > 0 && (
          <details className="parameters">
            <summary>Options{Object.keys(typed).length > 0 && `, ${Object.keys(typed).length} changed`}</summary>
            <ParamFields fields={tool.fields} typed={typed} onChange={setTyped} refusal={state.refusal} />
          </details>
        )}
        <div className="run-main">
          <WhereChoice where={where} anywhere={anywhere} name="tool-where" onChange={setWhere} />
          <p className="privacy">
            {where === "browser"
              ? "Your files stay in this browser. Nothing is sent."
              : `Your files go to this server, ${formatBytes(uploadLimit)} at most, and stay in its data folder with the run.`}
          </p>
        </div>
        <div className="run-actions">
          <button type="submit" className="button primary" disabled={!ready || busy || missing.length > 0 || tooMuch}>
            Apply
          </button>
          {samples.map((sample) => (
            <button
              key={sample.title ?? ""}
              type="button"
              className="button"
              disabled={!ready || busy}
              onClick={() => void trySample(sample)}
            >
              {sample.title === null ? "Try the sample" : `Try ${sample.title}`}
            </button>
          ))}
          {busy && (
            <button type="button" className="button" onClick={() => void session?.cancel()}>
              Cancel
            </button>
          )}
          {(refusal || tooMuch) && (
            <p className="refusal" role="alert">
              {tooMuch
                ? `These files are ${formatBytes(bytes)}, and the server takes ${formatBytes(uploadLimit)}. Run in this browser or in a terminal.`
                : refusal}
            </p>
          )}
        </div>
        {samples.map((sample) => (
          <p key={sample.title ?? ""} className="sample-links">
            {sample.title ?? "The sample"}:{" "}
            {sample.files.map((file, i) => (
              <span key={file.url}>
                {i > 0 && ", "}
                <a href={file.url} download={file.name}>
                  {file.name}
                </a>{" "}
                <span className="tag">{formatBytes(file.bytes)}</span>
              </span>
            ))}
            {sample.sourceHtml !== null && (
              <>
                {" "}
                <Html html={sample.sourceHtml} />
              </>
            )}
          </p>
        ))}
        <noscript>
          <p>Applying a tool needs scripts. The command below does the same in a terminal.</p>
        </noscript>
      </form>
      {tool.asks && (
        <LabelPanel
          slug={slug}
          tool={tool.name}
          role={tool.inputs[0]?.name ?? ""}
          files={files}
          options={typed}
          disabled={!ready || missing.length > 0}
        />
      )}
      <div className="live" aria-live="polite">
        <span className="hidden-text">
          {state.phase === "running" && "The run has started."}
          {state.phase === "ended" && "The run has ended."}
        </span>
      </div>
      {busy && (
        <Progress view={state.view} started={state.started} queued={state.where === "server" && state.view.seq === 0} />
      )}
      <Trouble state={state} />
      {state.phase === "ended" && state.where === "server" && state.id && (
        <p className="permalink">
          This run stays at <Link to={`/runs/${state.id}`}>/runs/{state.id}</Link>.
        </p>
      )}
      <RunOutput view={state.view} texts={{}}>
        <Outputs links={state.where === "browser" ? local : serverLinks(state)} />
      </RunOutput>
      <Command text={command}>
        <p className="field-about">
          For example: <code>{`npx livepapers apply ${slug} ${tool.example}`}</code>
        </p>
      </Command>
    </div>
  );
}

/** The heading of a tool among several. */
export function ToolHead({ tool, named }: { tool: ToolForm; named: boolean }) {
  return (
    <header className="tool-head">
      {named && <h2>{tool.name}</h2>}
      <Html as="p" className="lede" html={tool.summaryHtml} />
    </header>
  );
}
