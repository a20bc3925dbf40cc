import type { Random } from "../../../kit/random.ts";
import { topPositions } from "./retrieval-metrics.ts";
import type { Query } from "./triples.ts";

export interface SimulatorOptions {
  random: Random;
  /** Training queries, labelled through the pool; default 200. */
  train?: number;
  /** Test queries; default 150. */
  test?: number;
  /** Candidates a query; default 200. */
  docs?: number;
  /** Semantic features; default 6. */
  semantic?: number;
  /** Lexical features; default 4. They are the last columns. */
  lexical?: number;
  /** Correlation ρ of a lexical feature with what relevance depends on; default 0.5. */
  correlation?: number;
  /** Documents of the basic retriever that are looked at; default 20. */
  depth?: number;
  /** Share of relevant documents; default 0.05. */
  relevantShare?: number;
  /** Which relevant documents of the pool get a label: the best-ranked one (default) or all. */
  labels?: "one" | "all";
}

export interface SimulatedQuery extends Query {
  features: number[][];
  /** 1 for a relevant document, judged or not. */
  relevant: Uint8Array;
}

export interface PoolingWorld {
  train: SimulatedQuery[];
  test: SimulatedQuery[];
  /** Columns of the lexical features, which the basic retriever works with. */
  lexicalColumns: number[];
  /** The unit direction w in which a document's meaning decides. */
  direction: Float64Array;
}

/**
 * Search with a judged pool whose gaps are known. A document has semantic features $x_s \sim N(0, I)$ and
 * $g = x_s \cdot w/\|w\|$; its lexical features are $x_l = \rho g + \sqrt{1 - \rho^2}\, N(0, 1)$. Relevant are the largest
 * $g + 0.3\,N(0,1)$ of the query. The basic retriever sorts by $\bar{x}_l + 0.2\,N$, the strong one by $g + 0.5\,N$; judges see
 * the first `depth` of the basic one. Training queries without a relevant document in the pool are drawn again. `rankings` has
 * `basic`, `strong` and `random`.
 */
export function poolingSimulator(options: SimulatorOptions): PoolingWorld {
  const { random, train = 200, test = 150, semantic = 6, lexical = 4 } = options;
  const raw = Float64Array.from({ length: semantic }, () => random.normal());
  const norm = Math.hypot(...raw);
  const direction = raw.map((w) => w / norm);
  const draw = (id: string, judged: boolean): SimulatedQuery => {
    while (true) {
      const query = drawQuery(id, direction, options, judged);
      if (!judged || query.positives.length > 0) return query;
    }
  };
  return {
    train: Array.from({ length: train }, (_, q) => draw(`train-${q + 1}`, true)),
    test: Array.from({ length: test }, (_, q) => draw(`test-${q + 1}`, false)),
    lexicalColumns: Array.from({ length: lexical }, (_, i) => semantic + i),
    direction,
  };
}

function drawQuery(id: string, direction: Float64Array, options: SimulatorOptions, judged: boolean): SimulatedQuery {
  const { random, docs = 200, lexical = 4, correlation = 0.5, depth = 20, labels = "one" } = options;
  const semantic = direction.length;
  const rest = Math.sqrt(1 - correlation * correlation);
  const meaning = new Float64Array(docs);
  const basic = new Float64Array(docs);
  const features = Array.from({ length: docs }, (_, d) => {
    const row: number[] = [];
    let g = 0;
    for (let i = 0; i < semantic; i++) {
      const value = random.normal();
      row.push(value);
      g += value * (direction[i] as number);
    }
    let sum = 0;
    for (let i = 0; i < lexical; i++) {
      const value = correlation * g + rest * random.normal();
      row.push(value);
      sum += value;
    }
    meaning[d] = g;
    basic[d] = sum / lexical + random.normal(0, 0.2);
    return row;
  });
  const truth = meaning.map((g) => g + random.normal(0, 0.3));
  const relevant = new Uint8Array(docs);
  const count = Math.max(1, Math.round((options.relevantShare ?? 0.05) * docs));
  for (const d of topPositions(truth, count)) relevant[d] = 1;
  const rankings = {
    basic: topPositions(basic, docs),
    strong: topPositions(
      meaning.map((g) => g + random.normal(0, 0.5)),
      docs,
    ),
    random: random.permutation(docs),
  };
  const seen = judged ? rankings.basic.slice(0, depth).filter((d) => relevant[d] === 1) : [];
  return {
    id,
    docs: Array.from({ length: docs }, (_, d) => `${id}-${d + 1}`),
    features,
    positives: labels === "one" ? seen.slice(0, 1) : seen,
    rankings,
    relevant,
  };
}
