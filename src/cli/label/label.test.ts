import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { samplePump } from "../../papers/data-selection/online-active-learning/sample.ts";
import { cli } from "../testing.ts";
import { describe as describeQuestion, replyOf } from "./ask.ts";
import { labelsPath } from "./session.ts";

let folder = "";
let stream = "";
const [header = "", ...rows] = samplePump(120).trim().split("\n");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "label-"));
  stream = join(folder, "pump.csv");
  await writeFile(stream, `${[header, ...rows.map((row) => row.replace(/[^,]*$/, ""))].join("\n")}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

const options = ["--time", "time", "--budget", "0.2", "--label-with", "prompt"];
const label = (out: string, answers: readonly string[], more: readonly string[] = [], end = "\n") =>
  cli(["apply", "online-active-learning", stream, ...options, "--out", join(folder, out), ...more], {
    stdin: answers.join("\n") + (answers.length > 0 ? end : ""),
  });
const kept = (out: string) => readFile(join(folder, out), "utf8");
const script = Array.from({ length: 25 }, (_, i) => (i % 6 === 5 ? "s" : i % 2 === 0 ? "ok" : "fault"));

describe("livepapers apply --label-with prompt", () => {
  it("asks line by line, keeps every answer, and comes to the same from a resumed session", async () => {
    const whole = await label("whole.csv", script);
    expect(whole.status).toBe(0);
    expect(whole.out).toMatch(/\d+ labels given and \d skipped of \d+ rows/);
    expect(whole.err).toContain("Question 1: pump.csv, line 2");
    expect(whole.err).toContain("No class has been seen yet.");
    expect(whole.err).toMatch(/Classes so far: ok, fault\. The model guesses (ok|fault) \(\d+%\)\./);
    const text = await kept("whole.labels.jsonl");
    expect(text.split("\n")[1]).toBe('{"row":0,"label":"ok"}');

    for (const stop of [1, 7, 13]) {
      const name = `parts-${stop}`;
      await label(`${name}.csv`, [...script.slice(0, stop), "q"]);
      const path = join(folder, `${name}.labels.jsonl`);
      // A kill in the middle of a line leaves half of it behind.
      await writeFile(path, `${await readFile(path, "utf8")}{"row":77,"lab`);
      const second = await label(`${name}.csv`, script.slice(stop));
      expect(second.err).toContain(`Going on after ${stop} answers`);
      expect(await kept(`${name}.labels.jsonl`)).toBe(text);
    }
  });

  it("takes an answer without an end of line, passes over empty ones, and ends with its input", async () => {
    const ran = await label("short.csv", ["", "ok", "  ", "=s"], [], "");
    expect(ran.status).toBe(0);
    expect((await kept("short.labels.jsonl")).trim().split("\n").slice(1)).toEqual([
      '{"row":0,"label":"ok"}',
      expect.stringMatching(/"label":"s"}$/),
    ]);
  });

  it("keeps the labels where they can be used, beside the output or beside the working folder's name of the stream", async () => {
    expect(labelsPath("out/query.csv", "data/s.jsonl")).toBe(join("out", "query.labels.jsonl"));
    expect(labelsPath(undefined, "data/s.jsonl")).toBe("s.labels.jsonl");
    expect((await label("used.csv", script)).status).toBe(0);
    const { LabelsFile, readLabels } = await import("./labels-file.ts");
    const path = join(folder, "used.labels.jsonl");
    const again = readLabels(path);
    new LabelsFile(path, again, again.identity ?? {}).close();
    expect(readLabels(path)).toEqual(again);
    expect(again.answers.length).toBeGreaterThan(15);
  });

  it("goes on from labels whose identity says less than one written today", async () => {
    await label("older.csv", ["ok", "fault", "q"]);
    const path = join(folder, "older.labels.jsonl");
    await writeFile(path, (await readFile(path, "utf8")).replace(/,"features":\d+/, ""));
    expect((await label("older.csv", ["q"])).err).toContain("Going on after 2 answers");
  });

  it("refuses labels of another session, files that hold none, and uses that make no sense", async () => {
    await label("mine.csv", ["ok", "q"]);
    const other = await label("mine.csv", ["ok"], ["--seed", "5"]);
    expect(other.status).toBe(2);
    expect(other.err).toMatch(/belong to another session \(seed\)|answer 1 is about row/);
    await writeFile(join(folder, "foreign.labels.jsonl"), "a,b\n1,2\n");
    expect((await label("foreign.csv", ["ok"])).err).toContain("this is no file of labels");
    expect(await kept("foreign.labels.jsonl")).toBe("a,b\n1,2\n");
    const refused = async (...words: string[]) => (await cli(["apply", ...words])).err;
    expect(await refused("online-active-learning", stream, "--label-with", "oracle")).toContain("It takes prompt.");
    expect(await refused("online-active-learning", "-", "--label-with", "prompt")).toContain("must come from a file");
    expect(await refused("online-active-learning", "--sample", "--label-with", "prompt")).toContain(
      "has all its labels",
    );
    expect(await refused("system-ranking", stream, "--label-with", "prompt")).toMatch(/label-with/);
  });
});

describe("questions and replies", () => {
  it("show the record, the classes and the guess", () => {
    const fields = [
      { name: "heat", value: "61" },
      { name: "shift", value: "day" },
    ];
    const asked = {
      row: 3,
      place: "s.csv, line 5",
      fields,
      classes: ["ok"],
      guess: { label: "ok", confidence: 0.876 },
    };
    expect(describeQuestion(asked, 2)).toBe(
      "Question 2: s.csv, line 5\n  heat   61\n  shift  day\nClasses so far: ok. The model guesses ok (88%).",
    );
  });

  it("are a class, s or q", () => {
    expect([" ok ", "s", "q", "=q", "", "="].map(replyOf)).toEqual([
      { label: "ok" },
      "skip",
      "quit",
      { label: "q" },
      undefined,
      { label: "=" },
    ]);
  });
});
