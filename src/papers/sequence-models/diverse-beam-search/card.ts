import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "diverse-beam-search",
    title: "Diverse Beam Search: Decoding Diverse Solutions from Neural Sequence Models",
    authors: [
      "Ashwin K. Vijayakumar",
      "Michael Cogswell",
      "Ramprasath R. Selvaraju",
      "Qing Sun",
      "Stefan Lee",
      "David Crandall",
      "Dhruv Batra",
    ],
    year: 2016,
    venue: "AAAI 2018",
    arxiv: "1610.02424",
    field: "sequence-models",
    code: "https://github.com/ashwinkalyan/dbs",
    listed: "2026-11-23",
    summary:
      "Beam search fills its list with copies of one sentence that differ in a word or two. Diverse beam search splits the beam into groups and decodes them one after the other; a group is charged for every token that earlier groups already chose at the same position. The number of model calls stays that of beam search, and the list covers more of the different good answers. Use it when a person or a re-ranker picks from the list: captions, translations, completions, plans, test cases. The strength of the penalty has to be tuned, and plain sampling can be more varied still if you accept less probable sentences.",
    keywords: ["beam search", "decoding", "diversity", "text generation", "captioning", "n-best lists", "re-ranking"],
    claim: {
      words:
        "Groups that avoid each other's tokens give a far more varied list than beam search at the same number of model calls, and the best hypotheses in the list cover the references better.",
      parts: [
        {
          name: "coverage",
          required: true,
          words: "The list of ten covers the reference sentences better than that of beam search.",
          inequality: "coverage@10(diverse) ≥ 1.15·coverage@10(beam search)",
        },
        {
          name: "diversity",
          required: true,
          words: "The list holds at least half as many distinct 4-grams again.",
          inequality: "distinct-4(diverse) ≥ 1.5·distinct-4(beam search)",
        },
        {
          name: "sibling penalty",
          required: true,
          words: "It covers more than beam search with a penalty on siblings of the same parent.",
          inequality: "coverage@10(diverse) > coverage@10(sibling penalty) in ≥ 80% of seeds",
        },
        {
          name: "cost",
          required: true,
          words: "It needs the model calls of beam search.",
          inequality: "model calls(diverse) ≤ 1.05·model calls(beam search)",
        },
        {
          name: "top one",
          required: false,
          words: "How often its most probable hypothesis beats that of beam search.",
          inequality: "top-1 log p(diverse) > top-1 log p(beam search)",
        },
      ],
    },
    reported: [
      {
        part: "coverage",
        what: "oracle SPICE@1/5/10/20 on PASCAL-50S, diverse against beam search",
        value: "5.36/7.36/8.27/9.29 against 4.93/7.05/7.95/8.75",
        where: "captioning table (not confirmed)",
      },
      {
        part: "coverage",
        what: "oracle SPICE@1/5/10/20 on COCO, diverse against beam search",
        value: "16.78/23.08/26.09/28.10 against 16.28/22.96/25.14/27.34",
        where: "captioning table (not confirmed)",
      },
      {
        part: "diversity",
        what: "distinct-4 on PASCAL-50S, beam search to diverse",
        value: "2.50 to 4.86",
        where: "captioning table (not confirmed)",
      },
      {
        what: "caption comparisons in which people prefer the diverse list",
        value: "60%",
        where: "human study (not confirmed)",
      },
    ],
    tool: "Trains a word model on your text file and completes your prompts with lists of varied continuations, with a table of diversity and probability.",
    where: "anywhere",
  },
});
