import { constants } from "node:fs";
import { access, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { BadInput } from "../kit/errors.ts";
import { lockFolder } from "./lock.ts";
import { makeFolder } from "./make-folder.ts";
import { migrate } from "./migrations.ts";

/** Queries run on this: the embedded database, a server, or a transaction of either. */
export type Db = PgDatabase<PgQueryResultHKT>;

interface Common {
  readonly db: Db;
  close(): Promise<void>;
}

/** Where the runs are kept. `embedded`: PGlite, this process alone. `server`: PostgreSQL, shared by every process with the same address. */
export type Store =
  | (Common & { readonly kind: "embedded"; readonly pglite: PGlite })
  | (Common & { readonly kind: "server"; readonly databaseUrl: string });

export type StoreOptions = { dataDir: string } | { databaseUrl: string };

/**
 * Opens the database: PGlite in `dataDir/db`, or a PostgreSQL server. Brings its tables up to date. Rejects with `BadInput` when the folder is in use by
 * another process, cannot be written, or was made by a newer version.
 */
export function openStore(options: StoreOptions): Promise<Store> {
  return "dataDir" in options ? openEmbedded(options.dataDir) : openServer(options.databaseUrl);
}

const reasons: Record<string, string> = {
  ENOTDIR: "the path leads through a file",
  EEXIST: "a file is in its place",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  ENOSPC: "no space is left on the disk",
  ENOENT: "the path cannot be made",
};

function cannotUse(folder: string, error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  if (error instanceof BadInput || typeof code !== "string") return error;
  return new BadInput(`the data folder cannot be used: ${reasons[code] ?? code}`, { where: folder });
}

async function openEmbedded(dataDir: string): Promise<Store> {
  let unlock: () => Promise<void>;
  try {
    await makeFolder(dataDir);
    await access(dataDir, constants.W_OK);
    unlock = await lockFolder(dataDir);
  } catch (error) {
    throw cannotUse(dataDir, error);
  }
  let pglite: PGlite | undefined;
  try {
    const folder = join(dataDir, "db");
    await prepare(folder);
    pglite = await openPglite(folder, dataDir);
    const { drizzle } = await import("drizzle-orm/pglite");
    const db: Db = drizzle(pglite);
    await migrate(db, dataDir);
    const opened = pglite;
    return {
      kind: "embedded",
      db,
      pglite: opened,
      close: async () => {
        await opened.close();
        await unlock();
      },
    };
  } catch (error) {
    await pglite?.close().catch(() => {});
    await unlock();
    throw cannotUse(dataDir, error);
  }
}

/**
 * Makes the database's files beside their place and moves them there when they are whole: a process killed in the middle of the first start leaves
 * nothing that the next one could take for a database.
 */
async function prepare(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found) return;
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  const pglite = await PGlite.create(fresh);
  await pglite.close();
  await rename(fresh, folder);
}

async function openPglite(folder: string, dataDir: string): Promise<PGlite> {
  try {
    return await PGlite.create(folder, { extensions: { pg_trgm } });
  } catch (error) {
    throw new BadInput("the database in this data folder cannot be opened", {
      where: dataDir,
      remedy: `It may be damaged, or made by another version of livepapers (${String(error).split("\n")[0]}).`,
    });
  }
}

async function openServer(databaseUrl: string): Promise<Store> {
  const { default: pg } = await import("pg");
  const { drizzle } = await import("drizzle-orm/node-postgres");
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 8,
    connectionTimeoutMillis: 10_000,
    // Compiling a query takes longer than any of ours.
    onConnect: (client) => client.query("set jit = off"),
  });
  pool.on("error", () => {}); // an idle connection was lost; the next query opens another or says so
  const db: Db = drizzle(pool);
  try {
    await migrate(db, address(databaseUrl));
  } catch (error) {
    await pool.end();
    if (error instanceof BadInput) throw error;
    const why = reasonOf(error);
    if (/pg_trgm/.test(why)) {
      throw new BadInput(`the extension pg_trgm cannot be made: ${why}`, {
        where: address(databaseUrl),
        remedy: "It comes with PostgreSQL (contrib); an administrator can create it in this database.",
      });
    }
    throw new BadInput(`the database cannot be reached: ${why}`, { where: address(databaseUrl) });
  }
  return { kind: "server", db, databaseUrl, close: () => pool.end() };
}

/** The innermost cause in one line. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  return (cause instanceof Error ? cause.message : String(cause)).split("\n")[0] ?? "";
}

/** A database's address without the password. */
function address(databaseUrl: string): string {
  try {
    const url = new URL(databaseUrl);
    return `${url.protocol}//${url.host}${url.pathname}`;
  } catch {
    return "DATABASE_URL";
  }
}
