import type { Command } from "commander";
import { fieldIds } from "../kit/fields.ts";
import type { Cli } from "./context.ts";
import { fieldNamed } from "./list.ts";

export function addNew(program: Command, cli: Cli): void {
  program
    .command("new")
    .summary("make the folder of a new paper")
    .description(
      "Makes the folder of a new paper in a clone: card, method, claim and tool, with a test that says what to write.",
    )
    .argument("<slug>", "a short name in kebab-case, e.g. optimal-pooling")
    .requiredOption("--field <field>", `one of ${fieldIds.join(", ")}`)
    .addHelpText("after", "\nExample:\n  livepapers new optimal-pooling --field representation-learning")
    .action(async (slug: string, options: { field: string }) => {
      const { scaffold } = await import("./scaffold.ts");
      const made = await scaffold(slug, fieldNamed(options.field));
      for (const path of made.files) cli.out.line(`made     ${path}`);
      for (const path of made.changed) cli.out.line(`changed  ${path}`);
      cli.out.line();
      cli.out.line("The test says what to write next:");
      cli.out.line(`  npx vitest run ${made.folder}`);
    });
}
