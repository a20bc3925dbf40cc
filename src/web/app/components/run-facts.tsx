import { formatBytes } from "../../../kit/files.ts";
import { formatDuration } from "../lib/format.ts";
import type { RunFacts } from "../server/run-page.server.ts";

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(String).join(", ");
  return value === null || value === undefined ? "not set" : String(value);
}

/** Under which conditions a run was made. */
export function RunFactList({
  run,
  inputs,
}: {
  run: RunFacts;
  inputs: readonly { name: string; bytes: number; role: string }[];
}) {
  const facts: [string, string][] = [
    ...(run.scale ? ([["Scale", run.scale]] as [string, string][]) : []),
    ["Seed", String(run.seed)],
    ...Object.entries(run.params).map(([name, value]): [string, string] => [name, shown(value)]),
    ...inputs.map((file): [string, string] => [file.role, `${file.name}, ${formatBytes(file.bytes)}`]),
    ...(run.durationMs === null ? [] : ([["Took", formatDuration(run.durationMs)]] as [string, string][])),
    ["Version", run.version],
    ["Platform", run.platform],
    ...(run.attempts > 1 ? ([["Started", `${run.attempts} times`]] as [string, string][]) : []),
  ];
  return (
    <dl className="run-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
