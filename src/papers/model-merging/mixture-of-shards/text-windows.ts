import { BadInput } from "../../../kit/errors.ts";
import { type InputFile, readText } from "../../../kit/files.ts";
import type { Random } from "../../../kit/random.ts";
import type { Rows } from "../network/labelled-rows.ts";

export interface WindowOptions {
  /** Values that the network takes: context × characters. */
  features: number;
  /** The network's classes: one character each. */
  characters: readonly string[];
  /** Leave out windows with a character that the network does not know, instead of refusing the file. */
  skipUnknown: boolean;
  /** Most windows used; a longer text is sampled. */
  most: number;
  random: Random;
}

const maxBytes = 64 << 20;

/** Whether the classes of a network are single characters, as those of a model of the next character are. */
export function isCharacterModel(classes: readonly string[] | undefined): classes is readonly string[] {
  return classes?.every((name) => [...name].length === 1) ?? false;
}

/**
 * Text as rows for a network that predicts the next character: the last c characters one-hot, c × characters values, and the
 * class of the one that follows. Line ends count as "\n". An unknown character is refused by line and column.
 */
export async function readWindows(file: InputFile, options: WindowOptions): Promise<Rows & { labels: Int32Array }> {
  const { features, characters, skipUnknown, most, random } = options;
  const context = features / characters.length;
  if (!Number.isInteger(context) || context < 1) {
    throw new BadInput(`the network takes ${features} values, not a multiple of its ${characters.length} characters`, {
      where: file.name,
      remedy: "For text the input is context × classes, one-hot.",
    });
  }
  const text = (await readText(file, maxBytes)).replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const codes = encode(text, characters, skipUnknown, file.name);
  const starts: number[] = [];
  let clean = 0;
  for (const [at, code] of codes.entries()) {
    clean = code < 0 ? 0 : clean + 1;
    if (clean > context) starts.push(at - context);
  }
  if (starts.length === 0) {
    throw new BadInput(`there is no stretch of ${context + 1} known characters`, { where: file.name });
  }
  const chosen = starts.length > most ? random.sample(starts, most).sort((a, b) => a - b) : starts;
  const values = new Float32Array(chosen.length * features);
  const labels = new Int32Array(chosen.length);
  for (const [n, start] of chosen.entries()) {
    for (let j = 0; j < context; j++) values[n * features + j * characters.length + (codes[start + j] as number)] = 1;
    labels[n] = codes[start + context] as number;
  }
  return { values, count: chosen.length, labels };
}

function encode(text: string, characters: readonly string[], skipUnknown: boolean, file: string): Int32Array {
  const known = new Map(characters.map((character, i) => [character, i]));
  const codes: number[] = [];
  let [line, column] = [1, 1];
  for (const character of text) {
    const code = known.get(character) ?? -1;
    if (code < 0 && !skipUnknown) {
      throw new BadInput(`${JSON.stringify(character)} is not one of the network's characters`, {
        where: `${file}, line ${line}, column ${column}`,
        remedy: "Replace it, or leave out the windows that contain such with --skip-unknown.",
      });
    }
    codes.push(code);
    [line, column] = character === "\n" ? [line + 1, 1] : [line, column + 1];
  }
  return Int32Array.from(codes);
}
