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
