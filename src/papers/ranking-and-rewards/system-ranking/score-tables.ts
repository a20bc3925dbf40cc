import { stringify } from "csv-stringify/sync";
import { xtreme, xtremeTasks } from "./xtreme.ts";

/** A published table of scores, higher is better, on which the mean and an aggregation of ranks disagree. */
export interface ScoreTable {
  title: string;
  /** Who published the figures, and where. */
  source: string;
  tasks: readonly string[];
  systems: readonly { system: string; scores: readonly number[] }[];
}

function rows(...given: [system: string, ...scores: number[]][]): ScoreTable["systems"] {
  return given.map(([system, ...scores]) => ({ system, scores }));
}

/** Accuracies of eleven kinds of attention on long inputs. ListOps, where several of them fail, decides the mean. */
const longRangeArena: ScoreTable = {
  title: "Long Range Arena",
  source: "Accuracy in percent, Table 1 of Tay et al., ICLR 2021 (arXiv 2011.04006).",
  tasks: ["ListOps", "Text", "Retrieval", "Image", "Pathfinder"],
  systems: rows(
    ["Transformer", 36.37, 64.27, 57.46, 42.44, 71.4],
    ["Local attention", 15.82, 52.98, 53.39, 41.46, 66.63],
    ["Sparse Transformer", 17.07, 63.58, 59.59, 44.24, 71.71],
    ["Longformer", 35.63, 62.85, 56.89, 42.22, 69.71],
    ["Linformer", 35.7, 53.94, 52.27, 38.56, 76.34],
    ["Reformer", 37.27, 56.1, 53.4, 38.07, 68.5],
    ["Sinkhorn Transformer", 33.67, 61.2, 53.83, 41.23, 67.45],
    ["Synthesizer", 36.99, 61.68, 54.67, 41.61, 69.45],
    ["BigBird", 36.05, 64.02, 59.29, 40.83, 74.87],
    ["Linear Transformer", 16.13, 65.9, 53.09, 42.34, 75.3],
    ["Performer", 18.01, 65.4, 53.82, 42.77, 77.05],
  ),
};

/** Accuracies of fourteen ways to generalise to a new domain. Colored MNIST and DomainNet, which spread most, decide the mean. */
const domainBed: ScoreTable = {
  title: "DomainBed",
  source:
    "Accuracy in percent with model selection on training domains, averages table of Gulrajani and Lopez-Paz, ICLR 2021 (arXiv 2007.01434).",
  tasks: ["ColoredMNIST", "RotatedMNIST", "VLCS", "PACS", "OfficeHome", "TerraIncognita", "DomainNet"],
  systems: rows(
    ["ERM", 51.5, 98.0, 77.5, 85.5, 66.5, 46.1, 40.9],
    ["IRM", 52.0, 97.7, 78.5, 83.5, 64.3, 47.6, 33.9],
    ["GroupDRO", 52.1, 98.0, 76.7, 84.4, 66.0, 43.2, 33.3],
    ["Mixup", 52.1, 98.0, 77.4, 84.6, 68.1, 47.9, 39.2],
    ["MLDG", 51.5, 97.9, 77.2, 84.9, 66.8, 47.7, 41.2],
    ["CORAL", 51.5, 98.0, 78.8, 86.2, 68.7, 47.6, 41.5],
    ["MMD", 51.5, 97.9, 77.5, 84.6, 66.3, 42.2, 23.4],
    ["DANN", 51.5, 97.8, 78.6, 83.6, 65.9, 46.7, 38.3],
    ["CDANN", 51.7, 97.9, 77.5, 82.6, 65.8, 45.8, 38.3],
    ["MTL", 51.4, 97.9, 77.2, 84.6, 66.4, 45.6, 40.6],
    ["SagNet", 51.7, 98.0, 77.8, 86.3, 68.1, 48.6, 40.3],
    ["ARM", 56.2, 98.2, 77.6, 85.1, 64.8, 45.5, 35.5],
    ["VREx", 51.8, 97.9, 78.3, 84.9, 66.4, 46.4, 33.6],
    ["RSC", 51.7, 97.6, 77.1, 85.2, 65.5, 46.6, 38.9],
  ),
};

/** Real tables, ready to be ranked. XTREME's outlier ("Creative", 90.8 on structured prediction) shows what a mean forgives. */
export const scoreTables: readonly ScoreTable[] = [
  {
    title: "XTREME",
    source: "Four task groups of the XTREME leaderboard, as distributed with the paper's code (arXiv 2202.03799).",
    tasks: xtremeTasks,
    systems: xtreme,
  },
  longRangeArena,
  domainBed,
];

/** A table as the CSV that the tool reads. */
export function scoreTableCsv({ tasks, systems }: ScoreTable): string {
  return stringify([["system", ...tasks], ...systems.map(({ system, scores }) => [system, ...scores])]);
}
