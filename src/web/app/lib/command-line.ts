/** A word as a POSIX shell takes it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(",") : String(value);
}

/** Flags of the parameters that differ from their defaults. */
function changedFlags(params: Record<string, unknown>, defaults: Record<string, unknown>): string[] {
  return Object.entries(params).flatMap(([name, value]) => {
    if (value === undefined || textOf(value) === textOf(defaults[name] ?? "")) return [];
    return [flagOf(name), quote(textOf(value))];
  });
}

export interface ReproduceCommand {
  slug: string;
  scale: string;
  seed: number | string;
  params: Record<string, unknown>;
  /** Defaults at this scale. */
  defaults: Record<string, unknown>;
}

/** The command that measures a claim with these parameters. */
export function reproduceCommand({ slug, scale, seed, params, defaults }: ReproduceCommand): string {
  const words = ["npx livepapers reproduce", slug, "--scale", scale, "--seed", String(seed)];
  return [...words, ...changedFlags(params, defaults)].join(" ");
}

export interface ApplyCommand {
  slug: string;
  /** Named when the paper has more than one. */
  tool?: string | undefined;
  files: { role: string; names: readonly string[] }[];
  params: Record<string, unknown>;
  defaults: Record<string, unknown>;
}

/** The command that applies a tool: files of the first role as arguments, those of the others by flag. */
export function applyCommand({ slug, tool, files, params, defaults }: ApplyCommand): string {
  const [first, ...others] = files;
  return [
    "npx livepapers apply",
    slug,
    ...(tool ? [tool] : []),
    ...(first?.names ?? []).map(quote),
    ...others.flatMap(({ role, names }) => names.flatMap((name) => [flagOf(role), quote(name)])),
    ...changedFlags(params, defaults),
  ].join(" ");
}
