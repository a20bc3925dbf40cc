import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type Row, type ToolRun } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import { fitPlackettLuce, plackettLuceRankings } from "../plackett-luce.ts";
import { type Ballots, readBallots, readGroups } from "./ballots.ts";
import { disadvantaged, separability } from "./bias.ts";
import { bordaPoints, isAdditive, positions, type ScoreName, scoreNames } from "./committee-scores.ts";
import { latentJudge, recoveryCurve } from "./recovery.ts";
import { selectCommittee } from "./select-committee.ts";

const options = z.object({
  k: z.number().int().min(1).max(500).default(10).describe("Seats of the committee"),
  min: z.array(z.string()).default([]).describe("Seats reserved by group, e.g. north=5,south=2"),
  score: z.array(z.enum(scoreNames)).default(["borda", "sntv"]).describe("Scoring rules to apply, side by side"),
  bootstrap: z.number().int().min(0).max(2000).default(200).describe("Resamples of the voters; 0 for none"),
  assumedBias: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe("What if voters marked the first reserved group down by this much (log-weights)? 0 leaves the curve out"),
  seed: z.number().int().min(0).max(4294967295).default(1).describe("Seed of ties and resamples"),
});

type Options = z.output<typeof options>;

interface Panel extends Ballots {
  groupNames: string[];
  groups: number[];
  lower: number[];
}

function parseBounds(chosen: Options, groupNames: readonly string[]): number[] {
  const lower = groupNames.map(() => 0);
  for (const entry of chosen.min) {
    const match = /^(.+)=(\d+)$/.exec(entry.trim());
    if (!match) throw new BadInput(`"${entry}" is not of the form group=seats`, { where: "--min" });
    const at = groupNames.indexOf(match[1] ?? "");
    if (at < 0)
      throw new BadInput(`there is no group "${match[1]}"`, {
        where: "--min",
        remedy: `The groups are ${groupNames.join(", ")}.`,
      });
    lower[at] = Number(match[2]);
  }
  return lower;
}

function checkSeats({ items, groups, groupNames, lower }: Panel, k: number): void {
  if (k > items.length)
    throw new BadInput(`${k} seats are wanted and there are ${items.length} items`, { where: "--k" });
  lower.forEach((bound, g) => {
    const size = groups.filter((group) => group === g).length;
    if (bound > size)
      throw new BadInput(`${bound} seats are reserved for ${groupNames[g]}, which has ${size} items`, {
        where: "--min",
      });
  });
  const reserved = lower.reduce((sum, bound) => sum + bound, 0);
  if (reserved > k) throw new BadInput(`${reserved} seats are reserved and the committee has ${k}`, { where: "--min" });
}

/** How often each item is seated when voters are drawn again. */
function stability(panel: Panel, pos: Int32Array, score: ScoreName, chosen: Options, random: Random): number[] {
  const n = panel.rankings.length;
  const m = panel.items.length;
  const seats = new Array<number>(m).fill(0);
  const drawn = new Int32Array(n * m);
  for (let b = 0; b < chosen.bootstrap; b++) {
    for (let v = 0; v < n; v++) {
      const from = random.int(0, n - 1) * m;
      drawn.set(pos.subarray(from, from + m), v * m);
    }
    const { groups, lower } = panel;
    for (const item of selectCommittee(drawn, n, m, { score, k: chosen.k, groups, lower, random }).committee) {
      seats[item] = (seats[item] ?? 0) + 1 / chosen.bootstrap;
    }
  }
  return seats;
}

/** Rankings that would order most items of the first reserved group (or of all) reliably under a rule. */
function suggestedVoters(panel: Panel, pos: Int32Array, score: ScoreName, k: number): number | null {
  if (!isAdditive(score)) return null;
  const n = panel.rankings.length;
  const m = panel.items.length;
  const group = panel.lower.findIndex((bound) => bound > 0);
  const members = panel.items.flatMap((_, i) => (group < 0 || panel.groups[i] === group ? [i] : []));
  const perVoter =
    score === "borda"
      ? bordaPoints(pos, n, m)
      : Float64Array.from(pos, (place) => (place >= 0 && place < (score === "sntv" ? 1 : k) ? 1 : 0));
  const { suggestedN } = separability(perVoter, n, m, members);
  return Number.isFinite(suggestedN) ? suggestedN : null;
}

/** What if the voters were biased: recovery with and without the quota, from a Plackett–Luce fit of the ballots. */
function whatIf(panel: Panel, chosen: Options, run: ToolRun): void {
  const group = panel.lower.findIndex((bound) => bound > 0);
  if (chosen.assumedBias === 0 || group < 0) return;
  const m = panel.items.length;
  const observed = fitPlackettLuce(panel.rankings, m);
  const groups = panel.groups.map((g) => (g === group ? disadvantaged : 0));
  const utilities = observed.map((w, i) => w + (groups[i] === disadvantaged ? chosen.assumedBias : 0));
  const ns = [16, 64, 256, 1024];
  const random = new Random(chosen.seed).fork("what if");
  const values: Row[] = [];
  const draws = Array.from({ length: 5 }, (_, r) => {
    const stream = random.fork(r);
    const judge = latentJudge(utilities, chosen.k, 2000, stream.fork("latent"));
    const bias = { kind: "shift", b: chosen.assumedBias } as const;
    return recoveryCurve({
      utilities,
      groups,
      k: chosen.k,
      seats: panel.lower[group] ?? 0,
      bias,
      scores: chosen.score,
      ns,
      judge,
      random: stream,
    });
  });
  for (const score of chosen.score) {
    for (const n of ns) {
      const at = draws.flatMap((points) => points.filter((p) => p.score === score && p.n === n));
      values.push({ score, n, side: "with quota", quality: mean(at.map((p) => p.constrained)) });
      values.push({ score, n, side: "without", quality: mean(at.map((p) => p.unconstrained)) });
    }
  }
  run.chart("what-if", {
    alt: `Quality of the committee by number of voters if the group were marked down by ${chosen.assumedBias}, with and without the quota.`,
    spec: {
      width: "container",
      data: { values },
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "n", type: "quantitative", scale: { type: "log" }, title: "voters" },
        y: { field: "quality", type: "quantitative", scale: { zero: false }, title: "quality, share of the best" },
        color: { field: "score", type: "nominal", title: "rule" },
        strokeDash: { field: "side", type: "nominal", title: null },
      },
    },
  });
}

/** A jury of thirty that marks the southern entries down. */
function sampleFiles() {
  const random = new Random(2306);
  const names = Array.from({ length: 16 }, (_, i) => `${i % 2 ? "south" : "north"}-${Math.floor(i / 2) + 1}`);
  const weights = names.map((_, i) => 2.4 - 0.15 * i - (i % 2 ? 1.2 : 0));
  const rankings = plackettLuceRankings(weights, 30, random);
  const header = ["voter", ...names.map((_, i) => `place${i + 1}`)];
  return [
    {
      input: "rankings",
      name: "jury.csv",
      content: stringify([header, ...rankings.map((r, v) => [`juror ${v + 1}`, ...r.map((i) => names[i] ?? "")])]),
    },
    {
      input: "items",
      name: "entries.csv",
      content: stringify([["item", "group"], ...names.map((name) => [name, name.split("-")[0] ?? ""])]),
    },
  ];
}

export const tools = [
  defineTool({
    name: "choose",
    summary: "Chooses a committee from rankings under several rules, with and without reserved seats.",
    inputs: [
      {
        name: "rankings",
        description: "One row a voter: voter, then items, best first; or a PrefLib file of strict orders",
        accepts: [".csv", ".tsv", ".soc", ".soi"],
      },
      { name: "items", description: "Groups of the items: item,group", accepts: [".csv", ".tsv"], optional: true },
    ],
    options,
    example: "jury.csv entries.csv --k 10 --min south=5 --score borda,sntv --out committee.csv",
    async sample() {
      return { files: sampleFiles(), options: { k: 6, min: ["south=3"], assumedBias: 1.2 } };
    },
    async apply({ rankings = [], items = [] }, chosen, run) {
      const [file] = rankings;
      const [itemsFile] = items;
      if (!file) throw new BadInput("no rankings were given");
      if (chosen.score.length === 0) throw new BadInput("no rule was chosen", { where: "--score" });
      run.progress(0, `reading ${file.name}`);
      const ballots = await readBallots(file);
      if (!itemsFile && chosen.min.length > 0) {
        throw new BadInput("seats are reserved and no groups are given", {
          where: "--min",
          remedy: "Add a table item,group.",
        });
      }
      const grouped = itemsFile
        ? await readGroups(itemsFile, ballots)
        : { items: ballots.items, groups: ballots.items.map(() => "all") };
      const groupNames = [...new Set(grouped.groups)].sort();
      const panel: Panel = {
        rankings: ballots.rankings,
        items: grouped.items,
        groupNames,
        groups: grouped.groups.map((name) => groupNames.indexOf(name)),
        lower: parseBounds(chosen, groupNames),
      };
      checkSeats(panel, chosen.k);
      const n = panel.rankings.length;
      const m = panel.items.length;
      if (n * m > 50_000_000) throw new BadInput("rankings times items are more than 50,000,000", { where: file.name });
      const pos = positions(panel.rankings, m);
      const random = new Random(chosen.seed);
      const rows: Row[] = [];
      const summaryRows: Row[] = [];
      for (const [s, score] of chosen.score.entries()) {
        run.progress(0.1 + (0.7 * s) / chosen.score.length, `choosing by ${score}`);
        const select = (lower: number[]) =>
          selectCommittee(pos, n, m, { score, k: chosen.k, groups: panel.groups, lower, random: random.fork(score) });
        const free = select([]);
        const bound = select(panel.lower);
        const frequency =
          chosen.bootstrap > 0 ? stability(panel, pos, score, chosen, random.fork(`bootstrap ${score}`)) : [];
        for (const [seat, item] of bound.committee.entries()) {
          rows.push({
            score,
            seat: seat + 1,
            item: panel.items[item] ?? "",
            group: groupNames[panel.groups[item] ?? 0] ?? "",
            without_quota: free.committee.includes(item),
            seated_in_resamples: frequency[item] ?? null,
          });
        }
        summaryRows.push({
          score,
          value: bound.value,
          cost: free.value - bound.value,
          changed: bound.committee.filter((item) => !free.committee.includes(item)).length,
          exact: bound.optimal,
          voters: suggestedVoters(panel, pos, score, chosen.k),
          ...Object.fromEntries(
            groupNames.map((name, g) => [`seats_${name}`, bound.committee.filter((i) => panel.groups[i] === g).length]),
          ),
        });
        await run.breathe();
      }
      run.table("committees", {
        title: "Committees, with what the reserved seats change",
        columns: [
          { key: "score", label: "rule" },
          { key: "value", label: "score", digits: 3 },
          { key: "cost", label: "score given up", digits: 3 },
          { key: "changed", label: "members changed", digits: 0 },
          ...groupNames.map((name) => ({ key: `seats_${name}`, label: `seats ${name}`, digits: 0 })),
          { key: "voters", label: "voters suggested", digits: 0 },
          { key: "exact", label: "exact" },
        ],
        rows: summaryRows,
      });
      run.table("members", {
        title: "Members",
        columns: [
          { key: "score", label: "rule" },
          { key: "seat", label: "seat", digits: 0 },
          { key: "item", label: "item" },
          { key: "group", label: "group" },
          { key: "without_quota", label: "also without quota" },
          { key: "seated_in_resamples", label: "seated in resamples", digits: 2 },
        ],
        rows,
      });
      run.progress(0.9, "what if");
      whatIf(panel, chosen, run);
      const output = await run.output("committee.csv", "text/csv");
      const columns = ["score", "seat", "item", "group", "without_quota", "seated_in_resamples"];
      await output.write(
        stringify([columns, ...rows.map((row) => columns.map((key) => (row[key] === null ? "" : String(row[key]))))]),
      );
      await output.close();
      const changed = summaryRows.map((row) => `${row.changed} by ${row.score}`).join(", ");
      return {
        summary: `Seated ${chosen.k} of ${m} items from ${n} rankings under ${chosen.score.length} rules; the reserved seats change ${changed} members.`,
      };
    },
  }),
] as const;
