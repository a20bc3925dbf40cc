/** The ten fields of the catalogue, in the order in which they are shown. */
export const fields = {
  "model-merging": { title: "Model merging", about: "Combine trained models into one without their training data." },
  "federated-learning": {
    title: "Federated learning",
    about: "Train together when the data cannot be brought together.",
  },
  "ranking-and-rewards": {
    title: "Ranking and rewards",
    about: "Decide from many rankings, rewards, agents and verifiers.",
  },
  "forecasting-and-markets": {
    title: "Forecasting and markets",
    about: "Predict, combine predictions, and bet on them.",
  },
  "data-selection": { title: "Data selection", about: "Spend labels, compute and storage where they count." },
  "representation-learning": {
    title: "Representation learning",
    about: "Features that carry over to tasks nobody named yet.",
  },
  "online-learning": { title: "Online learning", about: "Decide as the data arrives, with guarantees." },
  "sequence-models": { title: "Sequence models", about: "Attention, its rivals, and how to decode from them." },
  "llm-systems": { title: "LLM systems", about: "Train and serve large language models with less." },
  "structure-and-simulation": { title: "Structure and simulation", about: "Sets, graphs, strings and moving bodies." },
} as const satisfies Record<string, { title: string; about: string }>;

export type FieldId = keyof typeof fields;
export const fieldIds = Object.keys(fields) as FieldId[];

/** Narrows a string to a field. */
export function isField(name: string): name is FieldId {
  return Object.hasOwn(fields, name);
}
