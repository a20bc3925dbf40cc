import { useId } from "react";
import type { FormField } from "../server/forms.server.ts";
import { Html } from "./html.tsx";

/** What a reader has typed, by parameter; what was not touched is absent. */
export type Typed = Record<string, string | string[] | boolean>;

export function defaultText(field: FormField): string {
  const value = field.default;
  if (value === undefined || value === null) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** Defaults by name, as a command line compares them. */
export function defaultsOf(fields: readonly FormField[]): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field.name, field.default]));
}

interface Props {
  fields: readonly FormField[];
  typed: Typed;
  onChange(typed: Typed): void;
  /** A refusal that names a field by its flag. */
  refusal: { message: string; where: string | undefined } | null;
}

/** A form from a schema: one control for each parameter, its description and range below. */
export function ParamFields({ fields, typed, onChange, refusal }: Props) {
  return (
    <div className="fields">
      {fields.map((field) => (
        <ParamField
          key={field.name}
          field={field}
          value={typed[field.name]}
          error={refusal?.where === `--${field.flag}` ? refusal.message : undefined}
          onChange={(value) => {
            const { [field.name]: _before, ...others } = typed;
            onChange(value === undefined ? others : { ...others, [field.name]: value });
          }}
        />
      ))}
    </div>
  );
}

interface FieldProps {
  field: FormField;
  value: string | string[] | boolean | undefined;
  error: string | undefined;
  onChange(value: string | string[] | boolean | undefined): void;
}

function ParamField({ field, value, error, onChange }: FieldProps) {
  const id = useId();
  const about = `${id}-about`;
  // Read by routes/run-start.ts when the form is sent without scripts.
  const formName = `param.${field.name}`;
  const described = { "aria-describedby": about, "aria-invalid": error ? true : undefined };
  const text = (next: string): void => onChange(next === defaultText(field) ? undefined : next);
  const explained = (
    <p id={about} className="field-about">
      {error ? <strong className="field-error">{error}</strong> : <Html html={field.descriptionHtml} />}
      {!error && field.range && field.kind !== "choice" && field.kind !== "texts" && (
        <span className="field-range"> {field.range}</span>
      )}
    </p>
  );
  if (field.kind === "boolean") {
    const checked = typeof value === "boolean" ? value : field.default === true;
    return (
      <div className="field field-check">
        <input type="hidden" name={formName} value="false" />
        <label>
          <input
            type="checkbox"
            name={formName}
            value="true"
            checked={checked}
            {...described}
            onChange={(event) =>
              onChange(event.target.checked === (field.default === true) ? undefined : event.target.checked)
            }
          />{" "}
          {field.name}
        </label>
        {explained}
      </div>
    );
  }
  if (field.kind === "texts" && field.choices) {
    const chosen = Array.isArray(value) ? value : Array.isArray(field.default) ? field.default.map(String) : [];
    return (
      <fieldset className="field" aria-describedby={about}>
        <legend>{field.name}</legend>
        <input type="hidden" name={formName} value="~list" />
        <div className="field-choices">
          {field.choices.map((choice) => (
            <label key={choice}>
              <input
                type="checkbox"
                name={formName}
                value={choice}
                checked={chosen.includes(choice)}
                onChange={(event) =>
                  onChange(
                    (field.choices ?? []).filter((c) => (c === choice ? event.target.checked : chosen.includes(c))),
                  )
                }
              />{" "}
              {choice}
            </label>
          ))}
        </div>
        {explained}
      </fieldset>
    );
  }
  const shown = typeof value === "string" ? value : defaultText(field);
  return (
    <div className="field">
      <label htmlFor={id}>{field.name}</label>
      {field.kind === "choice" ? (
        <select id={id} name={formName} value={shown} {...described} onChange={(event) => text(event.target.value)}>
          {field.default === undefined && <option value="">not set</option>}
          {(field.choices ?? []).map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          type="text"
          inputMode={field.kind === "integer" ? "numeric" : field.kind === "number" ? "decimal" : undefined}
          name={formName}
          value={shown}
          spellCheck={false}
          autoComplete="off"
          {...described}
          onChange={(event) => text(event.target.value)}
        />
      )}
      {explained}
    </div>
  );
}
