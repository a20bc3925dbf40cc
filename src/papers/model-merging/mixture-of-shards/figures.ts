import { intervalLayers } from "../../../kit/charts.ts";
import type { Chart, Column, Row, Table } from "../../../kit/paper.ts";
import { mean, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import type { ArmSpec } from "./arms.ts";
import { buildArm } from "./arms.ts";
import { network, type Setting } from "./experiment.ts";
import { adapterParameters, indexEntries, llama2Layers } from "./serving-memory.ts";
import type { Outcome } from "./tuning.ts";

const square = { layers: network.layers, inDim: network.width, outDim: network.width };

const unit = (setting: Setting): string => (setting === "digits" ? "share of errors" : "error / error of the base");

function parameters(arm: ArmSpec): number {
  return buildArm(arm, square, 0)?.trainableCount ?? 0;
}

function shape(arm: ArmSpec): string {
  return arm.kind === "mos" ? `r ${arm.subset ? arm.rank : "all"}, l ${arm.shards}, p ${arm.privateRank}` : "";
}

const errorColumns = (setting: Setting): Column[] => [
  { key: "method", label: "method" },
  { key: "parameters", label: "trained numbers" },
  { key: "settings", label: "chosen" },
  { key: "lr", label: "learning rate" },
  { key: "error", label: unit(setting), digits: 4 },
  { key: "low", label: "95% low", digits: 4 },
  { key: "high", label: "95% high", digits: 4 },
  { key: "gain", label: "less than LoRA-e by", digits: 4 },
  { key: "gainLow", label: "its 95% low", digits: 4 },
  { key: "gainHigh", label: "its 95% high", digits: 4 },
];

/** All methods on one teacher, the best first, each with its paired distance to LoRA of the same budget. */
export function errorTable(setting: Setting, outcomes: readonly Outcome[], budget: number): Omit<Table, "name"> {
  const plain = outcomes.find(({ name }) => name === `LoRA-${budget}`)?.errors ?? [];
  const sorted = [...outcomes].sort((a, b) => mean(a.errors) - mean(b.errors));
  return {
    title: `Test error by method, teacher: ${setting}, ${plain.length} tasks`,
    columns: errorColumns(setting),
    rows: sorted.map(({ name, arm, lr, errors }): Row => {
      const own = meanInterval(errors);
      const gain = pairedInterval(plain, errors);
      return {
        method: name,
        parameters: parameters(arm),
        settings: shape(arm),
        lr: arm.kind === "none" ? null : lr,
        error: own.value,
        low: own.low,
        high: own.high,
        gain: gain.value,
        gainLow: gain.low,
        gainHigh: gain.high,
      };
    }),
  };
}

/** Mean errors with intervals, the best on top. */
export function errorChart(setting: Setting, outcomes: readonly Outcome[]): Omit<Chart, "name"> {
  const values = outcomes
    .map(({ name, errors }) => {
      const { value, low, high } = meanInterval(errors);
      return { method: name, error: value, low: Math.max(0, low), high };
    })
    .sort((a, b) => a.error - b.error);
  const y = {
    field: "method",
    type: "nominal",
    sort: values.map(({ method }) => method),
    title: null,
    axis: { labelLimit: 240 },
  };
  return {
    alt: `Test error by method, teacher: ${setting}, best first: ${values
      .map(({ method, error }) => `${method} ${error.toFixed(3)}`)
      .join(", ")}.`,
    spec: {
      width: "container",
      height: { step: 22 },
      data: { values },
      layer: intervalLayers("x", { field: "error", title: unit(setting) }, { y }),
    },
  };
}

/** Error against trained numbers: the curve of LoRA, and MoS beside it. */
export function curveChart(outcomes: readonly Outcome[], budget: number): Omit<Chart, "name"> {
  const values = outcomes
    .filter(({ name }) => name.startsWith("LoRA-") || name === "MoS" || name === "MoS at e = 1")
    .map(({ name, arm, errors }) => ({
      family: name.startsWith("LoRA-") ? "LoRA" : "MoS",
      method: name,
      parameters: parameters(arm),
      error: Math.max(1e-6, mean(errors)),
    }))
    .sort((a, b) => a.parameters - b.parameters);
  return {
    alt: `Error against trained numbers for LoRA and MoS; at the budget e = ${budget} MoS lies below LoRA. ${values
      .map(({ method, error }) => `${method} ${error.toPrecision(3)}`)
      .join(", ")}.`,
    spec: {
      width: "container",
      height: 260,
      data: { values },
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "parameters", type: "quantitative", scale: { type: "log" }, title: "trained numbers" },
        y: { field: "error", type: "quantitative", scale: { type: "log" }, title: "error / error of the base" },
        color: { field: "family", type: "nominal", title: "adapter" },
      },
    },
  };
}

/** All methods on the other teachers, one row a method. */
export function settingsTable(
  all: readonly { setting: Setting; outcomes: readonly Outcome[] }[],
  budget: number,
): Omit<Table, "name"> {
  // MoS chooses its shards anew for every teacher, so the variants differ in name.
  const names = [...new Set(all.flatMap(({ outcomes }) => outcomes.map(({ name }) => name)))];
  return {
    title: `Test error on other teachers at e = ${budget} (digits: share of wrong ones, turned by 90°)`,
    columns: [
      { key: "method", label: "method" },
      ...all.map(({ setting }): Column => ({ key: setting, label: setting, digits: 4 })),
    ],
    rows: names.map((method): Row => {
      const cells = all.map(({ setting, outcomes }) => {
        const found = outcomes.find(({ name }) => name === method);
        return [setting, found ? mean(found.errors) : null] as const;
      });
      return { method, ...Object.fromEntries(cells) };
    }),
  };
}

/** Exact arithmetic: what adapters of LLaMA2-7B's seven linear types take in memory at 16 bits a number. */
export function memoryTable(): Omit<Table, "name"> {
  const row = (method: string, budget: number, rank?: number): Row => {
    const numbers = adapterParameters(llama2Layers, budget);
    const indices = llama2Layers.reduce(
      (sum, { layers }) => sum + (rank ? indexEntries({ layers, rank, shardsPerVector: 4, dissociate: true }) : 0),
      0,
    );
    return {
      method,
      parameters: numbers / 1e6,
      perUser: (2 * numbers) / 1e6,
      tables: (2 * indices) / 1e6,
      thousand: (2 * (numbers + indices)) / 1e6,
    };
  };
  return {
    title: "Memory of adapters for LLaMA2-7B, 16 bits a number; index tables can be drawn again from the seed",
    columns: [
      { key: "method", label: "adapter" },
      { key: "parameters", label: "trained numbers", unit: "millions", digits: 2 },
      { key: "perUser", label: "numbers of one user", unit: "MB", digits: 1 },
      { key: "tables", label: "index tables, if kept", unit: "MB", digits: 2 },
      { key: "thousand", label: "1000 users", unit: "GB", digits: 1 },
    ],
    rows: [
      row("LoRA, rank 2", 2),
      row("MoS, e = 2, rank 8, l = 4", 2, 8),
      row("LoRA, rank 8", 8),
      row("MoS, e = 8, rank 32, l = 4", 8, 32),
      row("LoRA, rank 64", 64),
    ],
  };
}
