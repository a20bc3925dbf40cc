import { type FormEvent, useEffect, useId, useState } from "react";
import { Link } from "react-router";
import type { Scale } from "../../../kit/paper.ts";
import { reproduceCommand } from "../lib/command-line.ts";
import { formatDuration } from "../lib/format.ts";
import type { SessionState, Where } from "../lib/session.ts";
import type { ClaimForm } from "../server/forms.server.ts";
import type { PartTexts } from "../server/run-page.server.ts";
import { Command } from "./command.tsx";
import { FormToken } from "./form-token.tsx";
import { defaultsOf, ParamFields, type Typed } from "./param-fields.tsx";
import { Progress, RunOutput, Trouble } from "./run-output.tsx";
import { useNamedRun } from "./use-named-run.ts";
import { useSession } from "./use-session.ts";
import { Segments, WhereChoice } from "./where-choice.tsx";

interface Props {
  slug: string;
  /** Where the form goes without scripts. */
  action?: string;
  anywhere: boolean;
  form: ClaimForm;
  texts: PartTexts;
}

/** Where a finished run can be found again. */
export function Permalink({ state }: { state: SessionState }) {
  if (state.phase !== "ended") return null;
  const took = state.durationMs === null ? "" : `Took ${formatDuration(state.durationMs)}. `;
  return (
    <p className="permalink">
      {took}
      {state.id ? (
        <>
          This run stays at <Link to={`/runs/${state.id}`}>/runs/{state.id}</Link>.
        </>
      ) : (
        state.where === "browser" && "Storing the record…"
      )}
    </p>
  );
}

/** Measures a claim: the form, then what the run shows while it goes on. */
export function RunPanel({ slug, action = `/papers/${slug}/run`, anywhere, form, texts }: Props) {
  const { session, state } = useSession(`claim ${slug}`);
  const [watched, name] = useNamedRun();
  const [scale, setScale] = useState<Scale>("quick");
  const [seed, setSeed] = useState("1");
  const [where, setWhere] = useState<Where>(anywhere ? "browser" : "server");
  const [typed, setTyped] = useState<Typed>({});
  const seedId = useId();
  const fields = form.fields[scale];
  const busy = state.phase === "starting" || state.phase === "running";

  // A run on the server is named in the address: a page that is loaded again goes on watching it.
  useEffect(() => {
    if (session && watched && session.snapshot().phase === "idle") session.attach(watched);
  }, [session, watched]);

  const run = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!session || busy) return;
    if (watched) name(null);
    const id = await session.start(where, { kind: "claim", slug, scale, seed, params: typed });
    if (id) name(id);
  };
  const command = reproduceCommand({ slug, scale, seed, params: typed, defaults: defaultsOf(fields) });
  return (
    <div className="run-panel">
      <form className="run-form" method="post" action={action} onSubmit={(event) => void run(event)}>
        <FormToken />
        <div className="run-main">
          <Segments<Scale>
            legend="Scale"
            name="scale"
            value={scale}
            options={[
              ["quick", "quick, half a minute"],
              ["full", "full, minutes"],
            ]}
            onChange={setScale}
          />
          <WhereChoice where={where} anywhere={anywhere} name="where" onChange={setWhere} />
          <div className="field seed">
            <label htmlFor={seedId}>Seed</label>
            <input
              id={seedId}
              name="seed"
              inputMode="numeric"
              value={seed}
              aria-invalid={state.refusal?.where === "--seed" ? true : undefined}
              onChange={(event) => setSeed(event.target.value)}
            />
          </div>
        </div>
        {fields.length > 0 && (
          <details className="parameters">
            <summary>Parameters{Object.keys(typed).length > 0 && `, ${Object.keys(typed).length} changed`}</summary>
            <ParamFields fields={fields} typed={typed} onChange={setTyped} refusal={state.refusal} />
          </details>
        )}
        <div className="run-actions">
          <button type="submit" className="button primary" disabled={busy}>
            {state.phase === "ended" ? "Run again" : "Run the claim"}
          </button>
          {busy && (
            <button type="button" className="button" onClick={() => void session?.cancel()}>
              Cancel
            </button>
          )}
          {state.refusal && (
            <p className="refusal" role="alert">
              {state.refusal.message}
            </p>
          )}
        </div>
        <noscript>
          <p>Without scripts the claim runs on the server, and its page shows what came out.</p>
        </noscript>
      </form>
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
      <Permalink state={state} />
      <RunOutput view={state.view} texts={texts} />
      <Command text={command} />
    </div>
  );
}
