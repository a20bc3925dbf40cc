import { exec } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import pg from "pg";

const run = promisify(exec);

/** A database of its own on a server, and a connection to it that is made anew for every query. */
export interface BenchDatabase {
  url: string;
  query<T>(text: string, values?: unknown[]): Promise<T[]>;
  drop(): Promise<void>;
}

async function ask<T>(url: string, text: string, values?: unknown[]): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {}); // the query says so
  await client.connect();
  try {
    return (await client.query(text, values)).rows as T[];
  } finally {
    await client.end().catch(() => {});
  }
}

export async function createDatabase(server: string): Promise<BenchDatabase> {
  const name = `livepapers_bench_${randomBytes(6).toString("hex")}`;
  await ask(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    query: (text, values) => ask(url.href, text, values),
    drop: async () => void (await ask(server, `drop database ${name} with (force)`)),
  };
}

/** Has the database note every state that a run is given, whoever gives it. */
export async function noteStates({ query }: BenchDatabase): Promise<void> {
  await query(`
    create table public.states (at timestamptz not null default clock_timestamp(), run_id text, attempt integer, state text);
    create function public.note_state() returns trigger language plpgsql as $$
      begin
        insert into public.states (run_id, attempt, state) values (new.id, new.attempts, new.state);
        return new;
      end $$;
    create trigger note_state after insert or update of state on livepapers.runs
      for each row execute function public.note_state();`);
}

/** Restarts the database by `command`, or cuts all its connections when there is none; resolves with what was done. */
export async function disturbDatabase({ query }: BenchDatabase, command: string | undefined): Promise<string> {
  if (command) {
    const began = performance.now();
    await run(command);
    return `restarted by "${command}" within ${((performance.now() - began) / 1000).toFixed(1)} s`;
  }
  const cut = await query<{ n: number }>(`
    select count(pg_terminate_backend(pid))::integer as n from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);
  return `not restarted, since LIVEPAPERS_BENCH_RESTART has no command: ${cut[0]?.n ?? 0} connections were cut instead`;
}
