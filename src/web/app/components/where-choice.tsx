import type { Where } from "../lib/session.ts";

/** In this browser or on the server, where a paper runs in both. */
export function WhereChoice({
  where,
  anywhere,
  name,
  onChange,
}: {
  where: Where;
  anywhere: boolean;
  name: string;
  onChange(where: Where): void;
}) {
  if (!anywhere) return <p className="where-only">Runs on the server: it needs more than a browser gives.</p>;
  return (
    <Segments
      legend="Where"
      name={name}
      value={where}
      options={[
        ["browser", "in this browser"],
        ["server", "on the server"],
      ]}
      onChange={onChange}
    />
  );
}

/** A choice of few, all in sight: radio buttons that look like one control. */
export function Segments<T extends string>({
  legend,
  name,
  value,
  options,
  onChange,
}: {
  legend: string;
  name: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange(value: T): void;
}) {
  return (
    <fieldset className="segments">
      <legend>{legend}</legend>
      <div className="segments-row">
        {options.map(([option, label]) => (
          <label key={option}>
            <input
              type="radio"
              name={name}
              value={option}
              checked={value === option}
              onChange={() => onChange(option)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
