import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { version } from "../runs/about.ts";
import { commandNames } from "./command.ts";
import { parsePort } from "./serve.ts";
import { cli } from "./testing.ts";
import { parseConcurrency } from "./worker.ts";

describe("help", () => {
  it("names every command, with an example", async () => {
    for (const line of [[], ["--help"], ["help"]]) {
      const { status, out, err } = await cli(line);
      expect({ status, err }).toEqual({ status: 0, err: "" });
      for (const name of commandNames) expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
      expect(out).toContain("Example:\n  livepapers ");
    }
  });

  it.each(commandNames)("of %s says what it does and has one example", async (name) => {
    const { status, out } = await cli([name, "--help"]);
    expect(status).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: livepapers ${name}`));
    expect(out.match(/^Example:$/gm)).toHaveLength(1);
    expect(out).toMatch(new RegExp(`Example:\n {2}livepapers ${name}`));
    expect((await cli(["help", name])).out).toBe(out);
  });

  it("of a paper's claim lists its parameters with ranges and both defaults", async () => {
    const { out } = await cli(["reproduce", "system-ranking", "--help"], { columns: 200 });
    expect(out).toMatch(/Parameters of system-ranking:\n {2}--draws <n> +Random score tables per setting \[a whole/);
    expect(out.replace(/\s+/g, " ")).toContain("default 60 quick, 300 full]");
    expect(out).toContain("livepapers reproduce system-ranking --scale quick --seed 7 --draws 60 --out report");
    expect(out).toContain("Exit status: 0 the claim holds, 3 any other verdict, 2 bad input, 1 a fault.");
  });

  it("of a paper's tool lists inputs, options and the tool's own example", async () => {
    const { out } = await cli(["apply", "system-ranking", "-h"], { columns: 200 });
    expect(out).toMatch(/^Usage: livepapers apply system-ranking \[rank\|large\] \[input\.\.\.\] \[options\]/);
    expect(out).toMatch(/Inputs:\n {2}--scores <path> /);
    expect(out).toMatch(/Options of system-ranking:\n {2}--rule <list> /);
    expect(out).toContain("livepapers apply system-ranking rank leaderboard.csv --rule borda,kemeny,mean");
  });
});

describe("the command line", () => {
  it("prints its version", async () => {
    expect((await cli(["--version"])).out).toBe(`livepapers ${version()}\n`);
  });

  it.each([
    [["lst"], 'there is no command "lst". Did you mean "livepapers list"?'],
    [["xyzzy"], "The commands are list, show"],
    [["list", "--feild", "x"], "there is no option --feild. Did you mean --field?"],
    [["list", "more"], '"more" is one argument too many'],
    [["show"], "show needs the slug of a paper"],
    [["help", "reprodce"], 'Did you mean "livepapers reproduce"?'],
    [["new", "a-paper"], "--field is missing"],
    [["new", "A Paper", "--field", "llm-systems"], '"A Paper" is not a slug'],
    [["new", "system-ranking", "--field", "llm-systems"], 'there is a paper "system-ranking" already'],
    [["serve", "--port", "70000"], '--port: "70000" is not a port'],
    [["serve", "--no-worker"], "DATABASE_URL: serve --no-worker needs a PostgreSQL server"],
    [["serve", "--grace", "-1"], '--grace: "-1" is not a whole number of seconds'],
    [["worker"], "DATABASE_URL: worker needs a PostgreSQL server: the embedded database serves one process"],
    [["migrate"], "DATABASE_URL: migrate needs a PostgreSQL server"],
    [["verify", "--scale", "tiny"], '--scale: "tiny" is not one of quick, full'],
    [["reproduce", "system-ranking", "1", "2"], '"2" is one argument too many. Lists are written with commas'],
  ])("refuses %j with status 2, in one line", async (line, sentence) => {
    const { status, out, err } = await cli(line);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toContain(sentence);
    expect(err.split("\n")).toHaveLength(2);
    expect(err).not.toMatch(/\bat .*:\d+:\d+|Error:/);
  });

  it("answers every line of words with a result or one sentence", async () => {
    const words = fc.oneof(
      fc.constantFrom(
        "list",
        "show",
        "reproduce",
        "apply",
        "verify",
        "help",
        "system-ranking",
        "-",
        "--json",
        "--help",
      ),
      fc.constantFrom(
        "--scale",
        "--seed",
        "--field",
        "--draws",
        "--rule",
        "--scores",
        "--force",
        "--",
        "quick",
        "7",
        "-1",
      ),
      fc.string({ maxLength: 8 }),
    );
    const harmless = (line: string[]): boolean => !line.some((word) => /^(serve|new)$|^--?o/.test(word));
    await fc.assert(
      fc.asyncProperty(fc.array(words, { maxLength: 7 }).filter(harmless), async (line) => {
        const { status, out, err } = await cli(line);
        expect([0, 2, 3]).toContain(status);
        if (status !== 2) return;
        expect(out).toBe("");
        expect(err).toMatch(/^livepapers: [^\n]+\n$/);
      }),
      { numRuns: 300 },
    );
  });

  it("says what broke in one line, without a stack, with status 1", async () => {
    const { status, out, err } = await cli(["reproduce", "system-ranking"], {
      execute: async () => {
        throw new TypeError("something\n  is undefined");
      },
    });
    expect({ status, out, err }).toEqual({ status: 1, out: "", err: "livepapers: something is undefined\n" });
  });

  it("keeps a long message to its first line", async () => {
    const { err } = await cli(["reproduce", "system-ranking"], {
      execute: async () => {
        throw new Error(`the site could not be built:\n${"output ".repeat(100)}`);
      },
    });
    expect(err).toBe("livepapers: the site could not be built. LIVEPAPERS_DEBUG=1 shows more.\n");
  });

  it("reads ports", () => {
    expect(parsePort("0")).toBe(0);
    expect(parsePort("8080")).toBe(8080);
    for (const text of ["", "-1", "1.5", "65536", "http", "0x1f90z"])
      expect(() => parsePort(text)).toThrow("is not a port");
  });
});

describe("a worker", () => {
  it("takes a sensible number of runs at a time", async () => {
    expect(["1", "16", "256"].map(parseConcurrency)).toEqual([1, 16, 256]);
    for (const text of ["0", "257", "-1", "2.5", "", "two"])
      expect(() => parseConcurrency(text)).toThrow("--concurrency");
    const env = { DATABASE_URL: "mysql://x/y" };
    expect((await cli(["worker"], { env })).err).toContain("not the address of a PostgreSQL server");
  });
});
