import { type ReactNode, useEffect, useState } from "react";
import type { Outcome } from "../../../runs/types.ts";
import { formatDuration } from "../lib/format.ts";
import type { RunView } from "../lib/run-view.ts";
import type { SessionState } from "../lib/session.ts";
import type { PartTexts } from "../server/run-page.server.ts";
import { ChartFigure } from "./chart.tsx";
import { DataTable } from "./data-table.tsx";
import { Note } from "./note.tsx";
import { VerdictReport } from "./verdict.tsx";

/** Seconds since `started`, counted while `ticking`. */
function useElapsed(started: number, ticking: boolean): number {
  const [now, setNow] = useState(started);
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => setNow(Date.now()), 200);
    return () => clearInterval(timer);
  }, [ticking]);
  return Math.max(0, now - started);
}

/** How far a run is, what it does now, and for how long it has been at it. */
export function Progress({ view, started, queued }: { view: RunView; started: number; queued: boolean }) {
  const elapsed = useElapsed(started, true);
  const percent = Math.round(view.fraction * 100);
  return (
    <div className="progress">
      <div className="progress-bar">
        <progress aria-label="Progress" max={100} value={view.fraction > 0 ? percent : undefined}>
          {percent}%
        </progress>
      </div>
      <p className="progress-words">
        <span>{queued ? "waiting for its turn" : view.message || "starting"}</span>
        <span className="progress-time">
          {view.fraction > 0 && `${percent}% · `}
          {formatDuration(elapsed)}
        </span>
      </p>
    </div>
  );
}

/** What a watcher should know while a run goes on: the connection is lost, or the run began again. */
export function Trouble({ state }: { state: SessionState }) {
  if (state.phase !== "running") return null;
  if (state.adrift) return <p className="note">The connection is lost; trying to connect again. The run goes on.</p>;
  return state.view.restarts > 0 ? <p className="note">The server was restarted, and this run began again.</p> : null;
}

/** Why a run has no result. Done runs speak for themselves. */
export function Ending({ outcome }: { outcome: Outcome }) {
  if (outcome.status === "done") return null;
  const heads = {
    "bad input": "The input does not fit",
    limit: "Stopped at a limit",
    cancelled: "Cancelled",
    failed: "The run failed",
  };
  return (
    <div className={`ending ${outcome.status === "cancelled" ? "" : "ending-bad"}`} role="alert">
      <b>{heads[outcome.status]}</b>
      <p>{outcome.message}</p>
    </div>
  );
}

/** Everything a run has shown: verdict first once there is one, then tables, charts and notes in their order. */
export function RunOutput({
  view,
  texts,
  notes,
  level = 3,
  children,
}: {
  view: RunView;
  texts: PartTexts;
  /** Of the verdict's heading. */
  level?: 2 | 3;
  /** The files a tool made: they stand after its summary. */
  children?: ReactNode;
  notes?: Record<string, string> | undefined;
}) {
  const { outcome } = view;
  return (
    <div className="run-output">
      {outcome && <Ending outcome={outcome} />}
      {outcome?.status === "done" && "verdict" in outcome && (
        <VerdictReport verdict={outcome.verdict} texts={texts} level={level} />
      )}
      {outcome?.status === "done" && "summary" in outcome && <p className="tool-summary">{outcome.summary}</p>}
      {children}
      {view.shown.map((item) => {
        if (item.kind === "table") return <DataTable key={`table ${item.key}`} table={item.table} />;
        if (item.kind === "chart") return <ChartFigure key={`chart ${item.key}`} chart={item.chart} />;
        return <Note key={item.key} markdown={item.markdown} html={notes?.[item.key]} />;
      })}
    </div>
  );
}
