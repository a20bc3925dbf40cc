import { nextTool } from "./tool-next.ts";
import { planTool } from "./tool-plan.ts";

export const tools = [planTool, nextTool] as const;
