import { describe, expect, it } from "vitest";
import { memoryFile } from "../../../kit/files.ts";
import { Random } from "../../../kit/random.ts";
import { isCharacterModel, readWindows } from "./text-windows.ts";

const characters = ["a", "b", "é", "\n"];
const options = { features: 8, characters, skipUnknown: false, most: 100, random: new Random(1) };
const read = (text: string, change = {}) => readWindows(memoryFile("t.txt", text), { ...options, ...change });

describe("text as rows", () => {
  it("shows two characters and asks for the third", async () => {
    const { values, count, labels } = await read("aé\r\nb");
    expect(count).toBe(2);
    expect([...labels]).toEqual([3, 1]);
    expect([...values]).toEqual([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  });

  it("takes a sample of a long text, in order", async () => {
    const { count, labels } = await read("ab".repeat(50), { most: 10 });
    expect([count, labels.length]).toEqual([10, 10]);
  });

  it("names the place of an unknown character, or leaves its windows out", async () => {
    await expect(read("ab\naxb")).rejects.toThrow(/t\.txt, line 2, column 2: "x" is not one of.*--skip-unknown/);
    const { labels } = await read("abaxbab", { skipUnknown: true });
    expect([...labels]).toEqual([0, 1]);
    await expect(read("axbxa", { skipUnknown: true })).rejects.toThrow(/no stretch of 3 known characters/);
  });

  it("refuses a network whose inputs are not whole characters", async () => {
    await expect(read("aaa", { features: 7 })).rejects.toThrow(/takes 7 values, not a multiple of its 4/);
    expect(isCharacterModel(characters)).toBe(true);
    expect(isCharacterModel(["calm", "x"])).toBe(false);
    expect(isCharacterModel(undefined)).toBe(false);
  });
});
