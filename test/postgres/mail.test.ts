import { describe } from "vitest";
import { serverStore } from "./database.ts";
import { checkMailQueue } from "./mail-checks.ts";

const { store } = serverStore();

describe("the mail queue on a PostgreSQL server", () => {
  checkMailQueue(store);
});
