import { plainMath } from "../../kit/plain-math.ts";
import type { Sheet } from "./sheet.ts";
import { clip, duration, textWidth } from "./text.ts";

/** What is being done, shown while it is being done. */
export interface ProgressLine {
  update(fraction: number, message: string): void;
  /** Takes the line away for good; again does nothing. */
  stop(): void;
}

const barWidth = 24;
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `width` cells, filled in eighths of a cell. */
export function bar(fraction: number, width = barWidth): string {
  const filled = Math.round(Math.max(0, Math.min(1, fraction)) * width * 8);
  const full = "█".repeat(Math.floor(filled / 8)) + (eighths[filled % 8] ?? "");
  return full + "░".repeat(Math.max(0, width - textWidth(full)));
}

/** A clock without tenths: they would only flicker. */
function wholeSeconds(ms: number): string {
  return ms < 10_000 ? `${Math.floor(ms / 1000)} s` : duration(ms);
}

/** One line on a terminal, redrawn in place ten times a second at most. */
function live(sheet: Sheet, now: () => number): ProgressLine {
  const start = now();
  let fraction = 0;
  let message = "starting";
  let stopped = false;
  const draw = (): void => {
    const percent = `${String(Math.floor(fraction * 100)).padStart(3)} %`;
    const elapsed = wholeSeconds(now() - start);
    const roomy = sheet.columns >= 60;
    const head = roomy ? `${sheet.paint.accent(bar(fraction))} ${percent}` : percent;
    const room = sheet.columns - textWidth(head) - textWidth(elapsed) - 5;
    sheet.write(`\r\u001b[2K${head}  ${clip(message, Math.max(8, room))}  ${sheet.paint.dim(elapsed)}`);
  };
  const timer = setInterval(draw, 100);
  timer.unref();
  sheet.write("\u001b[?25l");
  draw();
  return {
    update(nextFraction, nextMessage) {
      fraction = nextFraction;
      message = plainMath(nextMessage);
    },
    stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(timer);
      sheet.write("\r\u001b[2K\u001b[?25h");
    },
  };
}

/** Plain lines where there is no terminal: one whenever the message changed, two seconds apart or more. */
function lines(sheet: Sheet, now: () => number): ProgressLine {
  const start = now();
  let last = Number.NEGATIVE_INFINITY;
  let shown = "";
  return {
    update(fraction, message) {
      if (message === shown || now() - last < 2000) return;
      shown = message;
      last = now();
      sheet.line(
        `${String(Math.floor(fraction * 100)).padStart(3)} %  ${plainMath(message)} (${duration(now() - start)})`,
      );
    },
    stop() {},
  };
}

/** Progress on a sheet, live or in plain lines. */
export function createProgress(sheet: Sheet, now: () => number = () => performance.now()): ProgressLine {
  return sheet.tty ? live(sheet, now) : lines(sheet, now);
}
