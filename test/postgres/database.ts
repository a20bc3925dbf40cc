import { randomBytes } from "node:crypto";
import pg from "pg";

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
