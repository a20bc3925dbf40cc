import { type AnyClaim, type AnyTool, type Experiment, type Paper, type Scale, scales } from "../../../kit/paper.ts";
import { describeRange, type Field, fieldsOf } from "../../../kit/params.ts";
import { samplesOf } from "../../../kit/samples.ts";
import { richText } from "./rich-text.server.ts";

/** A field of a form, as the page needs it. */
export interface FormField extends Omit<Field, "description"> {
  descriptionHtml: string;
  /** "a whole number from 1 to 20". */
  range: string;
}

function formField({ description, ...field }: Field): FormField {
  const range = field.kind === "boolean" || field.kind === "text" ? "" : describeRange({ ...field, description });
  return { ...field, descriptionHtml: richText(description), range };
}

export interface ClaimForm {
  /** The same parameters at both scales, with the defaults of each. */
  fields: Record<Scale, FormField[]>;
}

export function claimForm(claim: AnyClaim): ClaimForm {
  const at = (scale: Scale): FormField[] =>
    fieldsOf(claim.params, claim.scales[scale] as Record<string, unknown>).map(formField);
  return { fields: { quick: at(scales[0]), full: at(scales[1]) } };
}

export interface ToolSample {
  title: string | null;
  sourceHtml: string | null;
  files: { role: string; name: string; url: string; bytes: number }[];
  options: Record<string, unknown>;
}

export interface ToolForm {
  name: string;
  summaryHtml: string;
  example: string;
  inputs: { name: string; descriptionHtml: string; accepts: string[]; many: boolean; optional: boolean }[];
  fields: FormField[];
  /** The sample first, then the examples, which have titles. */
  samples: ToolSample[];
  /** It can ask for labels. */
  asks: boolean;
}

async function toolForm(paper: Paper, tool: AnyTool): Promise<ToolForm> {
  const samples = await samplesOf(tool);
  const folder = `/papers/${paper.card.slug}/sample/${encodeURIComponent(tool.name)}`;
  return {
    name: tool.name,
    summaryHtml: richText(tool.summary),
    example: tool.example,
    asks: tool.session !== undefined,
    inputs: tool.inputs.map(({ name, description, accepts, many = false, optional = false }) => ({
      name,
      descriptionHtml: richText(description),
      accepts,
      many,
      optional,
    })),
    fields: fieldsOf(tool.options).map(formField),
    samples: samples.map(({ title, source, files, options }, which) => ({
      title: title ?? null,
      sourceHtml: source === undefined ? null : richText(source),
      files: files.map(({ input, name, content }, position) => ({
        role: input,
        name,
        url: `${folder}/${which === 0 ? "" : `${which}.`}${position}`,
        bytes: typeof content === "string" ? Buffer.byteLength(content) : content.byteLength,
      })),
      options: options ?? {},
    })),
  };
}

const claimForms = new WeakMap<Experiment, Promise<ClaimForm | null>>();
const toolForms = new WeakMap<Paper, Promise<ToolForm[]>>();

/** The form of a claim, made once. */
export function claimFormOf(experiment: Experiment): Promise<ClaimForm | null> {
  const known =
    claimForms.get(experiment) ?? experiment.claim?.().then(({ claim }) => claimForm(claim)) ?? Promise.resolve(null);
  claimForms.set(experiment, known);
  return known;
}

/** The forms of a paper's tools, made once. */
export function toolFormsOf(paper: Paper): Promise<ToolForm[]> {
  const make = async (): Promise<ToolForm[]> => {
    const { tools } = (await paper.tool?.()) ?? { tools: [] };
    return Promise.all(tools.map((tool) => toolForm(paper, tool)));
  };
  const known = toolForms.get(paper) ?? make();
  toolForms.set(paper, known);
  return known;
}
