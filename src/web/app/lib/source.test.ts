import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../root.ts";
import { proseOf, segmentsOf } from "./source.ts";

const source = `import { a } from "./a.ts";
import {
  b,
} from "./b.ts";

const hidden = 1;

/**
 * Adds, $x + y$.
 *
 * @param x the first
 * @returns the sum, see {@link hidden}
 */
export function add(x: number, y: number): number {
  return x + y; /* not a doc comment */
}

/** Options of it. */
export interface Options {
  /** How deep. */
  depth: number;
  /** Whether to
   *  go on. */
  on?: boolean;
}
`;

describe("a source cut into prose and code", () => {
  const lines = source.split("\n");
  const segments = segmentsOf(source);
  const code = (i: number) => segments[i]?.lines.map((line) => lines[line]).join("\n");

  it("puts imports apart and code under the comment that explains it", () => {
    expect(segments.map((segment) => segment.imports)).toEqual([true, false, false, false]);
    expect(code(0)).toContain('from "./b.ts";');
    expect(code(1)).toBe("const hidden = 1;");
    expect(code(2)).toMatch(/^export function add[\s\S]*\}$/);
  });

  it("makes lists of tags and of the members' comments", () => {
    expect(segments[2]?.prose).toBe("Adds, $x + y$.\n\n- `x` the first\n- *Returns* the sum, see `hidden`");
    expect(segments[3]?.prose).toBe("Options of it.\n\n- `depth` How deep.\n- `on` Whether to go on.");
    expect(code(3)).toBe("export interface Options {\n  depth: number;\n  on?: boolean;\n}");
  });

  it("keeps formulas and their backslashes as they are", () => {
    expect(proseOf("/** $\\frac{1}{2}$ and {@link other | that} */")).toBe("$\\frac{1}{2}$ and that");
  });

  it("loses no line of code of the sources in this package", () => {
    const folder = join(packageRoot(), "src", "papers");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    expect(files.length).toBeGreaterThan(50);
    for (const file of files) {
      const text = readFileSync(join(folder, file), "utf8");
      const withoutComments = text.replace(/^[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*$/gm, (comment) =>
        comment.replace(/[^\n]/g, ""),
      );
      const code = withoutComments.split("\n").flatMap((line, i) => (line.trim() === "" ? [] : [i]));
      const kept = segmentsOf(text).flatMap((segment) => segment.lines);
      expect(
        kept.filter((i) => (text.split("\n")[i] ?? "").trim() !== ""),
        file,
      ).toEqual(code);
    }
  });
});
