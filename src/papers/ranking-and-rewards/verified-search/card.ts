import { definePaper, type Paper } from "../../../kit/paper.ts";

const paper: Paper = definePaper({
  card: {
    slug: "verified-search",
    title: "Scaling Test-Time Compute Without Verification or RL is Suboptimal",
    authors: ["Amrith Setlur", "Nived Rajaraman", "Sergey Levine", "Aviral Kumar"],
    year: 2025,
    venue: "ICML 2025",
    arxiv: "2502.12118",
    field: "ranking-and-rewards",
    listed: "2026-11-23",
    summary:
      "A model may think longer before it answers, and there are two ways to teach it to use the time: copy search traces that worked, or score outcomes and let the scores guide search or training. The paper proves that copying falls behind when the model's attempts vary widely in length and success but are not hopeless, and that the gap widens with the square root of the tokens $H$ allowed. Even a plain method that learns from scored outcomes avoids this loss. Use it to judge from samples of your own model whether a verifier will pay. The condition matters: where good attempts are almost never seen, the verifier learns nothing and copying wins.",
    keywords: [
      "test-time compute",
      "verifier",
      "best-of-n",
      "imitation",
      "reinforcement learning",
      "majority voting",
      "pessimism",
    ],
    claim: {
      words:
        "With a token budget $H$ and data in proportion, learning from expert traces loses about $\\sqrt{H}$ while a simple verifier-based method loses a constant, and verified search scales better than sampling or voting.",
      parts: [
        {
          name: "rate in data",
          required: true,
          words:
            "Verifier-free (VF) loss falls like one over the square root of the samples n, verifier-based (VB) loss like one over n.",
          inequality: "slope in log n: of log RMS shortfall(VF) ∈ [−0.55, −0.45], of log mean shortfall(VB) ≤ −0.9",
        },
        {
          name: "growth with budget",
          required: true,
          words:
            "With as many samples as tokens, the VF loss grows like the square root of the budget and the VB loss stays.",
          inequality: "n = H, slope in log H: VF ∈ [0.45, 0.55], |VB| < 0.1",
        },
        {
          name: "search",
          required: true,
          words:
            "Best-of-N with a learned verifier pulls away from a single sample and from majority vote, for even and uneven prompts.",
          inequality:
            "64 and 1,024 labelled attempts, even and uneven prompts, all N ≥ 2: paired 95% CI of acc(best-of-N) − max(acc(single), acc(majority)) above 0, and of its growth from N = 2 to N = 64",
        },
        {
          name: "condition matters",
          required: true,
          words: "Verification is ahead at p = .3; where good attempts are very rare (p = .01), the order reverses.",
          inequality:
            "n = H = 256, 80th percentile of shortfall: VB < VF at p = .3 and VB > VF at p = .01, paired 95% CIs",
        },
        {
          name: "heterogeneity",
          required: false,
          words: "The VF loss is of the order of the spread of returns over the square root of the samples.",
          inequality:
            "n = H = 256, p ∈ {.05, .1, .2, .3, .5}, κ ∈ {.05, .2, .5}: 95% CI of RMS shortfall(VF) ÷ (σ/√n) above 0.5",
        },
        {
          name: "paid verification",
          required: false,
          words: "The lead remains when checking an attempt costs as many tokens as making it.",
          inequality:
            "1,024 labelled attempts, N ≥ 4: paired 95% CI of acc(best-of-N/2) − max(acc(single), acc(majority of N)) above 0",
        },
      ],
    },
    reported: [
      {
        part: "growth with budget",
        what: "gap between verifier-based and verifier-free learning, data in proportion to the budget",
        value: "Ω(√H)",
        where: "theorems (form from secondary sources)",
      },
      {
        part: "rate in data",
        what: "shortfall with n samples: verifier-free at worst, verifier-based",
        value: "≳ H/√n, ≲ H·log|R|/n",
        where: "theorems (form from secondary sources)",
      },
      {
        part: "search",
        what: "best-of-N with a verifier against the distilled model on MATH, equal token budgets",
        value: "above it",
        where: "figures (no table)",
      },
      {
        part: "search",
        what: "verifier-based search against S1-32B, which was distilled, across test-time budgets",
        value: "above it",
        where: "figure 6",
      },
      {
        part: "heterogeneity",
        what: "verifier-free methods as the base model is made more heterogeneous, Llama on MATH",
        value: "fall further behind",
        where: "figure 5, section 7",
      },
    ],
    tool: "Reads your model's graded samples and shows accuracy per token budget for one sample, majority, verifier and oracle, and whether a verifier will pay.",
    where: "anywhere",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});

export default paper;
