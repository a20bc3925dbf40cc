import { describe, expect, it } from "vitest";
import { catalogue } from "../papers/catalogue.ts";
import { classify } from "./classify.ts";

describe("the field of a paper that came without one", () => {
  it("is found for most cards of the catalogue from title and summary alone, and seldom wrong", () => {
    const found = catalogue.map(({ card }) => ({ card, field: classify(card.title, card.summary) }));
    const right = found.filter(({ card, field }) => field === card.field).length;
    const wrong = found.filter(({ card, field }) => field !== undefined && field !== card.field).length;
    expect(right).toBeGreaterThan(catalogue.length / 2);
    expect(wrong).toBeLessThan(right / 5);
  });

  it.each([
    ["Federated optimization in heterogeneous networks", "Clients hold non-iid data.", "federated-learning"],
    ["Model soups", "Averaging weights of fine-tuned models; a model soup.", "model-merging"],
    ["Paged memory for LLM serving", "Throughput rises as the KV cache is paged on the GPU.", "llm-systems"],
  ])("%s", (title, abstract, field) => {
    expect(classify(title, abstract)).toBe(field);
  });

  it("is none for what belongs to none of ours, or to several as much", () => {
    expect(classify("A measurement of the Higgs boson mass", "At the collider.")).toBeUndefined();
    expect(classify("", "")).toBeUndefined();
    expect(classify("Federated bandit", "")).toBeUndefined();
  });
});
