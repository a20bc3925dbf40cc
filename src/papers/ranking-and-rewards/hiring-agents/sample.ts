import { stringify } from "csv-stringify/sync";
import type { SampleFile } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { auditInstance } from "./examples.ts";

/**
 * A factory that ships or scraps batches: an inspector who may look or guess, and a second measurement that tells how far the
 * instrument was off that day, which says nothing about the batch and much about the inspector.
 */
export function sampleFiles(): SampleFile[] {
  const terms = {
    states: { sound: 0.5, faulty: 0.5 },
    actions: { ship: { sound: 10000, faulty: 0 }, scrap: { sound: 0, faulty: 10000 } },
    agents: [
      { name: "inspector", efforts: { guess: 0, look: 100 }, signals: ["says sound", "says faulty"] },
      { name: "auditor", efforts: { rest: 0, recalibrate: 2500 }, signals: ["instrument right", "instrument off"] },
    ],
  };
  const law = auditInstance([0.05, 0.25]);
  const [inspector, auditor] = terms.agents;
  const rows = Object.keys(terms.states).flatMap((state, theta) =>
    [0, 1, 2, 3].flatMap((b) =>
      Array.from(law.psi([b >> 1, b & 1], theta)).flatMap((p, s) =>
        // In proportion to the law: 200 batches of every combination of efforts and state.
        Array.from({ length: Math.round(200 * p) }, () => [
          state,
          b >> 1 ? "look" : "guess",
          inspector?.signals[s >> 1] ?? "",
          b & 1 ? "recalibrate" : "rest",
          auditor?.signals[s & 1] ?? "",
        ]),
      ),
    ),
  );
  const header = ["state", "effort_inspector", "signal_inspector", "effort_auditor", "signal_auditor"];
  return [
    { input: "instance", name: "terms.json", content: `${JSON.stringify(terms, undefined, 2)}\n` },
    { input: "projects", name: "projects.csv", content: stringify([header, ...new Random(2307).shuffle(rows)]) },
  ];
}
