import { Random } from "../src/kit/random.ts";
import {
  bm25,
  poolingSimulator,
  sampleTriples,
  type Triples,
  trainCet,
  trainPlain,
} from "../src/papers/ranking-and-rewards/index.ts";
import type { Bench } from "./bench.ts";

const epochs = 10;
const batch = 64;
const learningRate = 0.02;

/** The same two linear models with jax-js: both losses, their gradients and Adam in one jitted step. */
async function jaxCet({ dim, rows, positive, negative }: Triples, seen: number[]): Promise<() => Promise<unknown>> {
  const { grad, init, jit, nn, numpy: np } = await import("@jax-js/jax");
  await init();
  type Tensor = ReturnType<typeof np.array>;
  const mask = np.array(Float32Array.from({ length: dim }, (_, i) => (seen.includes(i) ? 1 : 0)));
  const zeros = (): Tensor => np.zeros([dim]);
  const pairLoss = (w: Tensor, pos: Tensor, neg: Tensor, weight: Tensor): Tensor =>
    np.mean(nn.softplus(np.dot(neg, w.ref).sub(np.dot(pos, w))).mul(weight));
  const even = (score: Tensor): Tensor => {
    const weight = np.exp(score.div(2)).add(1);
    return weight.ref.div(np.mean(weight));
  };
  const adam = (w: Tensor, g: Tensor, m: Tensor, v: Tensor, scale: Tensor): [Tensor, Tensor, Tensor] => {
    const first = m.mul(0.9).add(g.ref.mul(0.1));
    const second = v.mul(0.999).add(g.ref.mul(g).mul(0.001));
    return [w.sub(first.ref.mul(scale).div(np.sqrt(second.ref).add(1e-8))), first, second];
  };
  const step = jit(
    (r: Tensor, s: Tensor, mr: Tensor, vr: Tensor, ms: Tensor, vs: Tensor, pos: Tensor, neg: Tensor, scale: Tensor) => {
      const masked = s.mul(mask.ref);
      const weightR = even(np.dot(neg.ref, masked.ref));
      const weightS = even(np.dot(neg.ref, r.ref));
      const gradR = grad(pairLoss)(r.ref, pos.ref, neg.ref, weightR);
      const gradS = grad(pairLoss)(masked.ref, pos, neg, weightS);
      return [...adam(r, gradR, mr, vr, scale.ref), ...adam(masked, gradS, ms, vs, scale)];
    },
  );
  const gather = (indices: Int32Array, from: number): Tensor => {
    const out = new Float32Array(batch * dim);
    for (let i = 0; i < batch; i++) {
      const row = indices[(from + i) % indices.length] as number;
      out.set(rows.subarray(row * dim, (row + 1) * dim), i * dim);
    }
    return np.array(out).reshape([batch, dim]);
  };
  const steps = Math.ceil((epochs * positive.length) / batch);
  return async () => {
    let state = Array.from({ length: 6 }, zeros);
    for (let t = 1; t <= steps; t++) {
      const scale = np.array(learningRate * (Math.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t)));
      const [r, s, mr, vr, ms, vs] = state as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
      const [r1, mr1, vr1, s1, ms1, vs1] = step(
        r,
        s,
        mr,
        vr,
        ms,
        vs,
        gather(positive, t * batch),
        gather(negative, t * batch),
        scale,
      ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
      state = [r1, s1, mr1, vr1, ms1, vs1];
      await r1.ref.data();
    }
    for (const tensor of state) tensor.dispose();
  };
}

/** Coupled training against plain training and against jax-js; and an index of short documents. */
export default async function bench(report: Bench): Promise<void> {
  const { train, lexicalColumns } = poolingSimulator({ random: new Random(1), train: 200, test: 0 });
  const triples = sampleTriples(train, { retriever: "strong", top: 30, perPositive: 8, random: new Random(2) });
  const options = { epochs, lr: learningRate, batch, random: new Random(3) };
  await report.compare(
    `${triples.query.length.toLocaleString("en")} triples, ${epochs} passes, linear models of ${triples.dim} features`,
    {
      "both models": () => trainCet(triples, { ...options, selectionMask: lexicalColumns }),
      "both models, hidden 16": () => trainCet(triples, { ...options, selectionMask: lexicalColumns, hidden: 16 }),
      "ranker alone": () => trainPlain(triples, options),
      "both models, jax-js": await jaxCet(triples, lexicalColumns),
    },
    { unit: { name: "triples", count: epochs * triples.query.length } },
  );
  report.skipped("the authors' code and NumPy", "they need Python");

  const random = new Random(4);
  const word = (): string => `w${Math.floor(20_000 * random.float() ** 3)}`;
  const docs = Array.from({ length: 100_000 }, () => Array.from({ length: 20 }, word).join(" "));
  const queries = Array.from({ length: 5 }, () => [word(), word(), word()].join(" "));
  const index = bm25(docs);
  index.search("w1", 1);
  await report.compare("100,000 documents of 20 words", {
    "index them": () => bm25(docs),
    "5 searches": () => queries.map((query) => index.search(query, 10)),
    "5 times every document scored": () =>
      queries.map((query) => docs.reduce((best, _, doc) => Math.max(best, index.score(query, doc)), 0)),
  });
}
