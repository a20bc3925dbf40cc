import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "fedins",
    title: "Towards Instance-adaptive Inference for Federated Learning",
    authors: ["Chun-Mei Feng", "Kai Yu", "Nian Liu", "Xinxing Xu", "Salman Khan", "Wangmeng Zuo"],
    year: 2023,
    venue: "ICCV 2023",
    arxiv: "2308.06051",
    field: "federated-learning",
    code: "https://github.com/chunmeifeng/FedIns",
    listed: "2026-11-23",
    summary:
      "Even the data of a single client can mix several styles, so one shared model, or one model per client, is a compromise for most inputs. FedIns freezes a pretrained network and trains across the clients only a small pool of adapters, each a set of scales and shifts with a key. An input compares its own frozen feature with the keys, averages the few nearest adapters, and is classified by the network adapted that way; so every input gets its own model, and only the pool travels. Use it when a strong pretrained backbone is at hand and communication is dear. With a small network, tuning everything is cheap and tends to win, and keys that drift together leave a few adapters doing all the work.",
    keywords: [
      "federated learning",
      "adapters",
      "scale and shift",
      "parameter-efficient fine-tuning",
      "personalisation",
      "prompt pool",
      "communication cost",
    ],
    claim: {
      words:
        "A federated pool of keyed scale-and-shift adapters, selected per input, is more accurate than other federated methods on heterogeneous data at under 15% of the communication.",
      parts: [
        {
          name: "mechanism",
          required: true,
          words: "Selecting by key beats a single shared adapter, and beats random entries of the same pool.",
          inequality:
            "95% CI of acc(FedIns) − acc(one shared adapter) above 0; acc(FedIns) − acc(random entries) ≥ 0.02",
        },
        {
          name: "headline",
          required: true,
          words: "It beats full federated averaging, FedProx and a linear probe from the same pretrained weights.",
          inequality: "95% CI of acc(FedIns) − max(acc(FedAvg), acc(FedProx), acc(probe)) above 0",
        },
        {
          name: "communication",
          required: true,
          words: "A round sends a small share of the full model.",
          inequality: "floats per round(FedIns) ≤ 0.15 × floats per round(FedAvg)",
        },
      ],
    },
    reported: [
      {
        part: "headline",
        what: "Tiny-ImageNet, ViT-B/16: gain over the best other federated method",
        value: "+6.64 points",
        where: "abstract",
      },
      {
        part: "communication",
        what: "communication against the methods that send the model, Tiny-ImageNet",
        value: "under 15%",
        where: "abstract",
      },
    ],
    tool: "Trains an adapter pool on your frozen embeddings with a label and a client column, and returns the pool, the entries chosen for each row, and accuracy per client and style.",
    where: "server",
  },
});
