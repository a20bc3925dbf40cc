// biome-ignore format: a table of symbols
const symbols: Record<string, string> = {
  alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", varepsilon: "ε", zeta: "ζ", eta: "η", theta: "θ",
  kappa: "κ", lambda: "λ", mu: "μ", nu: "ν", xi: "ξ", pi: "π", rho: "ρ", sigma: "σ", tau: "τ", phi: "φ", varphi: "φ",
  chi: "χ", psi: "ψ", omega: "ω", ell: "ℓ", Gamma: "Γ", Delta: "Δ", Theta: "Θ", Lambda: "Λ", Pi: "Π", Sigma: "Σ",
  Phi: "Φ", Psi: "Ψ", Omega: "Ω", le: "≤", leq: "≤", ge: "≥", geq: "≥", ne: "≠", neq: "≠", lt: "<", gt: ">", ll: "≪",
  gg: "≫", approx: "≈", sim: "∼", equiv: "≡", propto: "∝", in: "∈", notin: "∉", subset: "⊂", subseteq: "⊆",
  cup: "∪", cap: "∩", setminus: "∖", emptyset: "∅", times: "×", cdot: "·", odot: "⊙", oplus: "⊕", otimes: "⊗", circ: "∘",
  pm: "±", mp: "∓", div: "÷", to: "→", rightarrow: "→", leftarrow: "←", mapsto: "↦", Rightarrow: "⇒", infty: "∞",
  sum: "Σ", prod: "Π", int: "∫", partial: "∂", nabla: "∇", forall: "∀", exists: "∃", neg: "¬", land: "∧", lor: "∨",
  ldots: "…", dots: "…", cdots: "⋯", top: "⊤", bot: "⊥", prime: "′", star: "⋆", ast: "∗", langle: "⟨", rangle: "⟩",
  lceil: "⌈", rceil: "⌉", lfloor: "⌊", rfloor: "⌋", mid: "|", lVert: "‖", rVert: "‖", Vert: "‖", quad: " ", qquad: "  ",
};

const superscripts = pairs("0123456789+-−=()nixT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱˣᵀ");
const subscripts = pairs("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ");
const accents: Record<string, string> = {
  hat: "\u0302",
  widehat: "\u0302",
  tilde: "\u0303",
  widetilde: "\u0303",
  bar: "\u0304",
  overline: "\u0304",
  dot: "\u0307",
  vec: "\u20D7",
};

function pairs(from: string, to: string): Record<string, string> {
  const targets = [...to];
  return Object.fromEntries([...from].map((letter, i) => [letter, targets[i] ?? letter]));
}

function script(mark: "^" | "_", inner: string): string {
  const table = mark === "^" ? superscripts : subscripts;
  const letters = [...inner];
  if (letters.length > 0 && letters.every((letter) => letter in table)) return letters.map((l) => table[l]).join("");
  return letters.length === 1 ? mark + inner : `${mark}(${inner})`;
}

/** One formula as plain Unicode text: enough for the formulas of a card, and still legible where it is not. */
export function plainFormula(tex: string): string {
  let text = tex
    .replace(
      /\\(?:text|mathrm|mathbf|mathbb|mathcal|mathit|mathsf|operatorname|boldsymbol|textbf|textit)\*?\s*\{([^{}]*)\}/g,
      "$1",
    )
    .replace(/\\(?:left|right|bigl?|bigr?|Bigl?|Bigr?|displaystyle|limits|,|;|:|!)(?![A-Za-z])/g, "")
    .replace(/\\([%$#&_{}])/g, (_, c: string) =>
      c === "{" ? "\uE000" : c === "}" ? "\uE001" : c === "_" ? "\uE002" : c,
    )
    .replace(/\\\|/g, "‖");
  for (let before = ""; before !== text; ) {
    before = text;
    text = text
      .replace(
        /\\([dt]?)frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g,
        (_, _d, a: string, b: string) => `${group(a)}/${group(b)}`,
      )
      .replace(/\\sqrt\s*\{([^{}]*)\}/g, (_, a: string) => `√${group(a)}`)
      .replace(
        /\\(hat|widehat|tilde|widetilde|bar|overline|dot|vec)\s*(?:\{(\\?[A-Za-z]+)\}|(\\[A-Za-z]+|[A-Za-z]))/g,
        (_, a: string, b?: string, c?: string) => {
          const base = (b ?? c ?? "").replace(/\\([A-Za-z]+)/, (whole, name: string) => symbols[name] ?? whole);
          return [...base].length === 1 ? base + (accents[a] ?? "") : base;
        },
      )
      .replace(/\\([A-Za-z]+)/g, (whole, name: string) => symbols[name] ?? whole)
      .replace(/([\^_])\s*\{([^{}\\]*)\}/g, (_, mark: "^" | "_", inner: string) => script(mark, inner))
      .replace(/([\^_])([0-9A-Za-z+*])/g, (_, mark: "^" | "_", inner: string) =>
        script(mark, inner).replace(/^([\^_])/, (m) => (m === "^" ? "\uE003" : "\uE002")),
      );
  }
  return text
    .replace(/\\([A-Za-z]+)/g, "$1")
    .replace(/[{}]/g, "")
    .replace(/\uE000/g, "{")
    .replace(/\uE001/g, "}")
    .replace(/\uE002/g, "_")
    .replace(/\uE003/g, "^")
    .replace(/\s+/g, " ")
    .trim();
}

function group(text: string): string {
  return /^[\w.\p{L}′^₀-₉ₐ-ₜ⁰-ⁿ]+$/u.test(text.trim()) ? text.trim() : `(${text.trim()})`;
}

/** Prose with inline `$…$` maths as plain text. A dollar sign written `\$` stays. */
export function plainMath(text: string): string {
  return text
    .replace(/\\\$/g, "\uE004")
    .replace(/\$([^$\n]+)\$/g, (_, tex: string) => plainFormula(tex))
    .replace(/\uE004/g, "$");
}

/** Markdown of a note as plain text: emphasis, links and code marks taken away, lists kept. */
export function plainMarkdown(markdown: string): string {
  return plainMath(markdown)
    .replace(/!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)/g, "$1 ($2)")
    .replace(/(\*\*|__)(.+?)\1/g, "$2")
    .replace(/(?<![\w*])\*(?!\s)([^*\n]+)\*/g, "$1")
    .replace(/`([^`]+)`/g, "$1")
    .replace(/^#+\s+/gm, "")
    .trim();
}
