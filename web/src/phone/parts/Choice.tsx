import type { ComponentChildren } from 'preact';

/** One big choice; a second tap takes it back. */
export function Choice({
  name,
  label,
  checked,
  onToggle,
}: {
  name: string;
  label: string;
  checked: boolean;
  onToggle: (on: boolean) => void;
}) {
  return (
    <button type="button" class="choice" data-choice={name} aria-pressed={checked} onClick={() => onToggle(!checked)}>
      {label}
    </button>
  );
}

/** A field with a choice for each value; children follow the choices. */
export function ChoiceField<Value extends string>({
  legend,
  name,
  of,
  chosen,
  label,
  onChoose,
  look = 'chips',
  children,
}: {
  legend: string;
  name: string;
  of: readonly Value[];
  chosen: Value | undefined;
  label: (value: Value) => string;
  onChoose: (value: Value | null) => void;
  look?: string;
  children?: ComponentChildren;
}) {
  return (
    <fieldset class="field">
      <legend>{legend}</legend>
      <div class={look}>
        {of.map((value) => (
          <Choice
            key={value}
            name={name}
            label={label(value)}
            checked={chosen === value}
            onToggle={(on) => onChoose(on ? value : null)}
          />
        ))}
        {children}
      </div>
    </fieldset>
  );
}
