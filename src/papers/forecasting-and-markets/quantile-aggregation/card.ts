import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "quantile-aggregation",
    title: "Flexible Model Aggregation for Quantile Regression",
    authors: ["Rasool Fakoor", "Taesup Kim", "Jonas Mueller", "Alexander J. Smola", "Ryan J. Tibshirani"],
    year: 2021,
    venue: "JMLR 24 (2023)",
    arxiv: "2103.00083",
    field: "forecasting-and-markets",
    code: "https://github.com/amazon-science/quantile-aggregation",
    listed: "2026-11-23",
    summary:
      "You have several models that predict not one number but a whole range of quantiles, and you want one forecast from them. The paper learns how to average: a model may count more in the tail than in the middle, and more for some inputs than for others, with the weights set by a small network trained on predictions that the models made for data they had not seen. Sorting the result removes crossing quantiles and can never raise the loss, and a conformal step brings the intervals to the coverage they promise. Use it when point forecasts are not enough and no single model is best everywhere. With fewer than some five hundred rows the input-dependent weights can overfit, and no average reaches beyond the models it averages before calibration.",
    keywords: [
      "quantile regression",
      "ensembles",
      "stacking",
      "pinball loss",
      "conformal prediction",
      "isotonic regression",
      "probabilistic forecasting",
    ],
    claim: {
      words:
        "Weights that vary by model, quantile and input beat simpler ways of aggregating quantile models; sorting never hurts, and conformal calibration reaches nominal coverage at little cost.",
      parts: [
        {
          name: "sorting never hurts",
          required: true,
          words:
            "Over many random quantile vectors, sorting and isotonic regression never raise the pinball loss, while the min-max sweep sometimes does.",
          inequality:
            "over 10⁵ draws: loss(sorted) − loss(raw) ≤ 1e-12 and loss(PAVA) − loss(raw) ≤ 1e-12 always; loss(sweep) > loss(raw) at least once",
        },
        {
          name: "deep aggregation",
          required: true,
          words:
            "Deep quantile aggregation (DQA) beats the best of mean, median, best base model and global coarse and medium weights, the best being chosen on validation data.",
          inequality:
            "geometric mean over tasks and seeds of pinball(DQA) / pinball(best alternative) < 1 and the upper end of its 95% bootstrap interval < 1",
        },
        {
          name: "calibration",
          required: true,
          words: "Calibrated 80% intervals cover what they promise and cost little accuracy.",
          inequality:
            "on every task |coverage − 0.80| ≤ 0.02 and pinball(calibrated) / pinball(uncalibrated) − 1 ≤ 0.02",
        },
      ],
    },
    reported: [
      {
        part: "deep aggregation",
        what: "relative weighted interval score over 34 data sets",
        value: "DQA best overall among base models, mean, median and global stacking",
        where: "experiments (single values not confirmed)",
      },
      {
        part: "sorting never hurts",
        what: "pinball loss after sorting or isotonic regression",
        value: "never increases",
        where: "theorem",
      },
      {
        part: "calibration",
        what: "conformal versions",
        value: "nominal coverage at a small cost in interval score",
        where: "experiments (single values not confirmed)",
      },
    ],
    tool: "Forecasts quantiles of your table's target, or aggregates the quantile forecasts you bring, with calibrated intervals and a map of the weights.",
    where: "anywhere",
  },
});
