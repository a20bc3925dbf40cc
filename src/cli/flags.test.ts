import { Command } from "commander";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Field, fieldsOf, parseParams } from "../kit/params.ts";
import { addFields, describeField, givenValues, rewriteBooleans, shownValue } from "./flags.ts";

const schema = z.object({
  maxRounds: z.number().int().min(1).max(1000).default(10).describe("Rounds"),
  rate: z.number().min(0).max(1).optional().describe("Learning rate $\\eta$."),
  rule: z.enum(["borda", "mean"]).default("borda").describe("Rule"),
  verbose: z.boolean().default(false).describe("Say more"),
  shuffle: z.boolean().default(true).describe("Shuffle first"),
  sizes: z.array(z.number()).default([1, 2]).describe("Sizes"),
  names: z.array(z.string()).default([]).describe("Names"),
  target: z.string().default("y").describe("Column"),
});
const fields = fieldsOf(schema);

function parse(line: string[]): Record<string, unknown> {
  const command = new Command("test").exitOverride().argument("[word...]");
  addFields(command, fields, "Options:");
  command.parse(rewriteBooleans(line, fields), { from: "user" });
  return parseParams(schema, givenValues(command, fields));
}

function field(name: string): Field {
  const found = fields.find((one) => one.name === name);
  if (!found) throw new Error(name);
  return found;
}

describe("flags from a schema", () => {
  it("gives the schema's defaults when nothing is given", () => {
    expect(parse([])).toEqual(schema.parse({}));
  });

  it("reads every kind of value", () => {
    const line = ["--max-rounds", "7", "--rate", "0.25", "--rule", "mean", "--verbose", "--no-shuffle"];
    expect(parse([...line, "--sizes", "3,4", "--sizes", "-5", "--names", "a, b", "--target", "-"])).toEqual({
      maxRounds: 7,
      rate: 0.25,
      rule: "mean",
      verbose: true,
      shuffle: false,
      sizes: [3, 4, -5],
      names: ["a", "b"],
      target: "-",
    });
  });

  it("takes booleans as words, and leaves words behind other options alone", () => {
    expect(parse(["--verbose", "true", "--shuffle=no"])).toMatchObject({ verbose: true, shuffle: false });
    expect(parse(["--verbose", "false", "file.csv"])).toMatchObject({ verbose: false });
    expect(parse(["--verbose", "file.csv"])).toMatchObject({ verbose: true });
    expect(rewriteBooleans(["--target", "true", "--", "--verbose", "false"], fields)).toEqual([
      "--target",
      "true",
      "--",
      "--verbose",
      "false",
    ]);
  });

  it("brings every value through the command line unchanged", () => {
    const values = fc.record({
      maxRounds: fc.integer({ min: 1, max: 1000 }),
      rate: fc.double({ min: 0, max: 1, noNaN: true }),
      rule: fc.constantFrom("borda", "mean"),
      verbose: fc.boolean(),
      shuffle: fc.boolean(),
      sizes: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
      target: fc.string().filter((text) => text.trim() !== ""),
    });
    fc.assert(
      fc.property(values, (given) => {
        const line = fields.flatMap(({ name, flag }) => {
          const value = (given as Record<string, unknown>)[name];
          return value === undefined ? [] : [`--${flag}`, shownValue(value)];
        });
        expect(parse(line)).toEqual({ ...given, sizes: given.sizes.map((size) => size + 0), names: [] });
      }),
    );
  });

  it("describes range and defaults", () => {
    expect(describeField(field("maxRounds"))).toBe("Rounds [a whole number from 1 to 1000; default 10]");
    expect(describeField(field("rate"))).toBe("Learning rate η [a number from 0 to 1]");
    expect(describeField(field("names"))).toBe("Names [a comma-separated list]");
    const full = { ...field("maxRounds"), default: 90 };
    expect(describeField(field("maxRounds"), full)).toContain("default 10 quick, 90 full");
  });
});
