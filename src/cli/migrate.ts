import type { Command } from "commander";
import { type Answer, type Cli, status } from "./context.ts";
import { serverDatabase } from "./database.ts";

async function migrate(cli: Cli): Promise<void> {
  const databaseUrl = serverDatabase(cli.env, "migrate");
  const { openStore } = await import("../store/store.ts");
  const { schemaVersion } = await import("../store/migrations.ts");
  const { RunService } = await import("../runs/service.ts");
  const store = await openStore({ databaseUrl });
  const service = new RunService({ store, log: ({ message }) => cli.err.line(message) });
  try {
    await service.ready();
    cli.out.line(`The tables are at version ${schemaVersion}, and the queue is ready.`);
  } finally {
    await service.stop();
    await store.close();
  }
}

export function addMigrate(program: Command, cli: Cli, answer: Answer): void {
  program
    .command("migrate")
    .summary("bring the tables of a PostgreSQL server up to date")
    .description(
      "Makes the tables and the queue in the database of DATABASE_URL, or brings them up to date: all steps or none. Servers and workers do the same when they start; this does it before.",
    )
    .addHelpText(
      "after",
      `
Environment:
  DATABASE_URL   the PostgreSQL server

Example:
  livepapers migrate`,
    )
    .action(async () => {
      await migrate(cli);
      answer.status = status.holds;
    });
}
