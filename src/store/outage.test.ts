import { expect, it } from "vitest";
import { isOutage, throughOutage } from "./outage.ts";

const coded = (code: string, message = "x") => Object.assign(new Error(message), { code });

it("tells a database that is away from a statement that is wrong", () => {
  for (const code of ["57P01", "57P03", "08006", "53300", "ECONNREFUSED", "ECONNRESET"]) {
    expect(isOutage(coded(code))).toBe(true);
    // As Drizzle and Node wrap them.
    expect(isOutage(new Error("Failed query", { cause: coded(code) }))).toBe(true);
    expect(isOutage(new AggregateError([coded(code)]))).toBe(true);
  }
  expect(isOutage(new Error("Connection terminated unexpectedly"))).toBe(true);
  for (const code of ["23505", "42P01", "57014"]) expect(isOutage(coded(code))).toBe(false);
  expect(isOutage(new Error("connection pool is closed"))).toBe(false);
  expect(isOutage("ECONNREFUSED")).toBe(false);
});

it("waits for the database and for nothing else, and not for ever", async () => {
  let tries = 0;
  const failing = (times: number, error: Error) => async () => {
    tries += 1;
    if (tries <= times) throw error;
    return "done";
  };
  expect(await throughOutage(failing(2, coded("57P01")), 10_000)).toBe("done");
  expect(tries).toBe(3);
  tries = 0;
  await expect(throughOutage(failing(1, coded("23505", "twice")), 10_000)).rejects.toThrow("twice");
  expect(tries).toBe(1);
  tries = 0;
  await expect(throughOutage(failing(1000, coded("ECONNREFUSED", "away")), 250)).rejects.toThrow("away");
  expect(tries).toBe(2);
  tries = 0;
  const over = AbortSignal.abort();
  await expect(throughOutage(failing(1000, coded("ECONNREFUSED", "away")), 10_000, over)).rejects.toThrow("away");
  expect(tries).toBe(1);
});
