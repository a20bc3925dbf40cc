import { useEffect, useId, useRef, useState } from "react";
import type { Chart } from "../../../kit/paper.ts";

/** A chart that keeps growing is drawn anew at most this often. */
const pauseMs = 400;

/**
 * A Vega-Lite chart. What it shows stands below it in words, for readers who cannot see it. The drawing library is loaded
 * when the first chart is shown; a new version is drawn aside and put in place when it is complete. `aria-busy`
 * says that a newer version is still to come.
 */
export function ChartFigure({ chart }: { chart: Chart }) {
  const place = useRef<HTMLDivElement>(null);
  const caption = useId();
  const [failed, setFailed] = useState(false);
  const latest = useRef(chart.spec);
  const schedule = useRef<() => void>(() => {});
  latest.current = chart.spec;

  useEffect(() => {
    const box = place.current;
    if (!box) return;
    let gone = false;
    let busy = false;
    let drawn: unknown;
    let finalize = (): void => {};
    const drawLatest = async (): Promise<void> => {
      if (busy || gone) return;
      if (drawn === latest.current) return box.removeAttribute("aria-busy");
      busy = true;
      const spec = latest.current;
      const aside = document.createElement("div");
      aside.className = "chart-aside";
      box.append(aside);
      try {
        const { draw } = await import("../lib/vega.ts");
        const result = await draw(aside, structuredClone(spec));
        if (gone) return result.finalize();
        aside.className = "";
        finalize();
        finalize = () => result.finalize();
        box.replaceChildren(aside);
        setFailed(false);
      } catch (error) {
        aside.remove();
        console.error(error);
        if (!gone) setFailed(true);
      }
      drawn = spec;
      if (spec === latest.current) box.removeAttribute("aria-busy");
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      busy = false;
      void drawLatest();
    };
    schedule.current = () => {
      if (drawn !== latest.current) box.setAttribute("aria-busy", "true");
      void drawLatest();
    };
    const redraw = (): void => {
      drawn = undefined;
      void drawLatest();
    };
    const system = matchMedia("(prefers-color-scheme: dark)");
    const switched = new MutationObserver(redraw);
    system.addEventListener("change", redraw);
    switched.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      gone = true;
      finalize();
      system.removeEventListener("change", redraw);
      switched.disconnect();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: draws again when the specification changes
  useEffect(() => schedule.current(), [chart.spec]);

  return (
    <figure className="result chart">
      <div ref={place} className="chart-place" role="img" aria-labelledby={caption} />
      <noscript>
        <p className="note">The chart is drawn by a script; its numbers are in the tables.</p>
      </noscript>
      <figcaption id={caption}>{chart.alt}</figcaption>
      {failed && <p className="note">This chart could not be drawn.</p>}
    </figure>
  );
}
