import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll } from "vitest";
import { openStore, type Store } from "../../src/store/store.ts";

const base = process.env.DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/test";

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: base });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** A database of its own on the server of DATABASE_URL. */
export async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `livepapers_test_${randomBytes(6).toString("hex")}`;
  await administer(`create database ${name}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(`drop database ${name} with (force)`) };
}

/** A store on a database of its own on the server, and its address, for the tests of a file; called at its top level. */
export function serverStore(): { store: () => Store; url: () => string } {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let store: Store;
  beforeAll(async () => {
    database = await freshDatabase();
    store = await openStore({ databaseUrl: database.url });
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await database.drop();
  });
  return { store: () => store, url: () => database.url };
}
