import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "hiring-agents",
    title: "Online Information Acquisition: Hiring Multiple Agents",
    authors: ["Federico Cacciamani", "Matteo Castiglioni", "Nicola Gatti"],
    year: 2023,
    venue: "ICLR 2024",
    arxiv: "2307.06210",
    field: "ranking-and-rewards",
    listed: "2026-11-23",
    summary:
      "You must decide something uncertain and pay several people to look into it, but you see only their reports, not how hard they worked. The paper finds, by one linear programme, the cheapest honest arrangement: whom to ask privately for how much effort, and what to pay for every combination of reports and outcome. The best arrangements are often correlated, with rare secret audits: one person's report checks another's, and nobody knows when. Without knowledge of how effort turns into information, it explores first and then commits, with regret growing like $T^{2/3}$. Use it to design contracts for surveys, reviews or inspections; payments must be capped, since the rarer the audit, the larger the reward it needs, and rare audits make the online version fragile.",
    keywords: [
      "mechanism design",
      "information acquisition",
      "principal and agents",
      "scoring rules",
      "linear programming",
      "contracts",
      "regret",
    ],
    claim: {
      words:
        "The optimal incentive-compatible mechanism is found by one linear programme, must correlate the recommended efforts in general, and can be learnt online with regret of order $T^{2/3}$.",
      parts: [
        {
          name: "correlation pays",
          required: true,
          words:
            "On the audit instance the correlated mechanism beats every fixed effort profile and own-report payments.",
          inequality: "value(correlated) − max(value(deterministic), value(own-report)) ≥ 0.05 at cap M = 10",
        },
        {
          name: "control",
          required: true,
          words: "With conditionally independent signals all three classes are worth the same.",
          inequality: "|differences of the three values| ≤ 1e-6",
        },
        {
          name: "optimal and honest",
          required: true,
          words: "On 20 random instances the order of the classes holds and no deviation or perturbed mechanism gains.",
          inequality:
            "violations of order, incentive compatibility (all report maps) and optimality = 0, tolerance 1e-7",
        },
        {
          name: "online regret",
          required: true,
          words:
            "Regret grows clearly slower than linearly with the safety margin, almost linearly without, and beats the safe mechanism.",
          inequality:
            "slope of log mean regret over log T, T from 2^12 to 2^16: ≤ 0.75 with margin, ≥ 0.85 without; at 2^16 regret < 0.235·T of the strict mechanism",
          only: "full",
        },
        {
          name: "far horizon",
          required: true,
          words: "Where the margin has become small against what is at stake, regret grows like $T^{2/3}$.",
          inequality:
            "slope of log mean regret over log T, T from 2^16 to 2^26: ≤ 0.75 with margin 0.5, ≥ 0.85 without",
          only: "full",
        },
      ],
    },
    reported: [
      {
        part: "correlation pays",
        what: "optimal mechanism with private correlated recommendations",
        value: "polynomial time; uncorrelated mechanisms can be worse",
        where: "theorems; no experiments",
      },
      { part: "online regret", what: "regret over T rounds", value: "Õ(T^(2/3))", where: "abstract" },
    ],
    tool: "Designs a contract from your instance, or from a table of past projects: recommended efforts with probabilities, payments per agent, expected profit, and the gain over simple scoring rules.",
    where: "anywhere",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});
