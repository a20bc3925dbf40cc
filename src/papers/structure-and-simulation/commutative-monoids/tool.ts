import { predictTool } from "./tool-predict.ts";
import { trainTool } from "./tool-train.ts";

export const tools = [trainTool, predictTool] as const;
