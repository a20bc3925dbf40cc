/**
 * The XTREME leaderboard as distributed with the paper's code: classification, structured prediction, question answering
 * and retrieval, higher is better. (The loader published there drops one separator and reads other columns.)
 */
export const xtreme: { system: string; scores: [number, number, number, number] }[] = [
  { system: "Turing ULR v5", scores: [90.3, 81.7, 76.3, 93.7] },
  { system: "CoFe", scores: [90.1, 81.4, 75.0, 94.2] },
  { system: "InfoXLM-XFT", scores: [89.3, 75.5, 75.2, 92.4] },
  { system: "VECO+HICTL", scores: [89.0, 76.7, 73.4, 93.3] },
  { system: "Polyglot", scores: [88.3, 80.6, 71.9, 90.8] },
  { system: "Unicoder+ZCode", scores: [88.4, 76.2, 72.5, 93.7] },
  { system: "ERNIE-M", scores: [87.9, 75.6, 72.3, 91.9] },
  { system: "HiCTL", scores: [89.0, 74.4, 71.9, 92.6] },
  { system: "T-ULRv2+StableTune", scores: [88.8, 75.4, 72.9, 89.3] },
  { system: "Anonymous3", scores: [88.2, 74.6, 71.7, 89.0] },
  { system: "FILTER", scores: [87.5, 71.9, 68.5, 84.4] },
  { system: "Creative", scores: [86.3, 90.8, 59.7, 77.5] },
  { system: "X-STILTs", scores: [83.9, 69.4, 67.2, 76.5] },
  { system: "XLM", scores: [75.0, 65.6, 43.9, 44.7] },
  { system: "Anonymous5", scores: [75.3, 66.9, 52.5, 18.0] },
];

/** The four columns of {@link xtreme}. */
export const xtremeTasks = ["classification", "structured prediction", "question answering", "retrieval"] as const;
