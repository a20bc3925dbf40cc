import { defineGuide, type Guide } from "../../../kit/guide.ts";

const guide: Guide = defineGuide({
  card: {
    slug: "compare-data-selection",
    title: "Labels, compute and storage where they count: the ways of choosing data side by side",
    field: "data-selection",
    claim: {
      words:
        "Choosing pays when the choice looks at what the data still has to say: in the situation it is made for, each method of this field beats the rivals that its part names, at an equal budget. Those are blind choices, and other rules only where a part says so.",
      parts: [
        {
          name: "a stream",
          required: true,
          words:
            "One label for ten records that drift slowly: asking about the doubtful ones errs less than a coin, whether it says yes seldom or as often as the budget lets it. A fixed threshold is shown and decides nothing.",
          inequality:
            "paired 95% CIs of err(coin) − err(doubtful records) above 0 for coins of probability 0.15, 0.2, 0.4 and 1",
        },
        {
          name: "heavy tails",
          required: true,
          words:
            "Forty labels for a regression with records far out: those of large leverage teach more than those that come. The longest records are shown and decide nothing.",
          inequality: "paired 95% CI of log MSE(as they come) − log MSE(D-optimal) above 0",
        },
        {
          name: "weighted rows",
          required: true,
          words:
            "A hundred of six thousand rows with a rare class: preserving losses loses less than the best of as many draws, stratified or by leverage.",
          inequality:
            "paired 95% CIs of log ε(best stratified draw) − log ε(AutoCoreset) and of log ε(best draw by leverage) − log ε(AutoCoreset) above 0",
        },
        {
          name: "whom to ask",
          required: true,
          words:
            "Three hundred answers of people who err: learning who is right and asking them beats majorities of whoever comes, and the same model that asks anybody.",
          inequality:
            "paired 95% CIs of accuracy(aware) − accuracy(majority) and of accuracy(aware) − accuracy(same model, anybody asked) above 0",
        },
        {
          name: "groups",
          required: true,
          words:
            "Twelve hundred samples for three groups: buying where the next ones help most beats population shares and batches to a random group. Equal shares are shown and decide nothing.",
          inequality:
            "paired 95% CIs of U(adaptive) − U(proportional) and of U(adaptive) − U(batches to a random group) above 0",
        },
        {
          name: "filtering",
          required: true,
          words: "The best bucket alone wins a short training and loses a long one to all buckets together.",
          inequality:
            "paired 95% CIs above 0: err(all) − err(best bucket) after 2 passes over a bucket, err(best bucket) − err(all) after 64",
        },
        {
          name: "what else is there",
          required: true,
          words:
            "Three odd digits of twelve: INSET, which is told of the whole set, finds them more often than a choice that sees items alone, than its base where both are set as in their paper and where both start at one half, and than Deep Sets.",
          inequality:
            "paired 95% CIs above 0 of MJC(INSET) − MJC(base), both as the paper sets them and both started at one half, and of MJC(INSET, start one half) − MJC(rival) for items alone and Deep Sets",
        },
      ],
    },
    reported: [],
    where: "server",
  },
  advice: [
    {
      method: "Doubtful records of a stream",
      slug: "online-active-learning",
      when: "Records pass once, and a label must be bought at once or never.",
      needs: "A model that gives probabilities and learns one record at a time.",
      cost: "$O(d)$ a record",
      part: "a stream",
    },
    {
      method: "D-optimal design on a stream",
      slug: "online-active-learning",
      when: "A linear regression, and some records lie far out.",
      needs: "A warm-up of unlabelled records.",
      cost: "$O(d^2)$ a record",
      part: "heavy tails",
    },
    {
      method: "AutoCoreset",
      slug: "auto-coreset",
      when: "Labels are there, and the table is fitted again and again.",
      needs: "A loss and a solver for weighted rows.",
      cost: "about ten passes over the losses, and as many small fits",
      part: "weighted rows",
    },
    {
      method: "Annotator-aware learning",
      slug: "annotator-aware-learning",
      when: "Several people label, not all are good, and every answer costs.",
      needs: "Who gave which answer; some items that all have answered.",
      cost: "a few EM sweeps a batch, $O(\\text{answers} \\cdot C)$ each",
      part: "whom to ask",
    },
    {
      method: "Adaptive sampling of groups",
      slug: "equitable-sampling",
      when: "Data of several groups is still to be collected, and they learn at different speeds.",
      needs: "What every group's sample costs, and a utility that says who counts how much.",
      cost: "small cross-validated fits a batch",
      part: "groups",
    },
    {
      method: "Filtering by the compute there is",
      slug: "data-filtering-laws",
      when: "A pool comes in buckets of different quality, and training may see it many times.",
      needs: "Errors of a few runs on single buckets.",
      cost: "one run a bucket; the law itself is closed form",
      part: "filtering",
    },
    {
      method: "Subsets conditioned on their set",
      slug: "neural-subset-selection",
      when: "What is wanted depends on what else is there: the odd ones, the best of these.",
      needs: "Examples of sets and of what was chosen.",
      cost: "$2m$ scores of a small network an epoch and sample",
      part: "what else is there",
    },
  ],
  claim: () => import("./claim.ts"),
});

export default guide;
