/** The phone's cameras: which of them face the patient, and which is the best for skin. */

/** A camera as the browser lists it. */
export interface Lens {
  id: string;
  /** Empty until the person has allowed the camera. Some phones write it in their own language. */
  label: string;
  /** Undefined where the browser does not say. */
  facing?: 'rear' | 'front';
}

/** The lenses to choose from: those at the back, or all where none is known to be there. */
export function choices(lenses: readonly Lens[]): readonly Lens[] {
  const rear = lenses.filter((lens) => facingOf(lens) === 'rear');
  return rear.length > 0 ? rear : lenses.filter((lens) => facingOf(lens) !== 'front');
}

/**
 * The lens to start with, or undefined where nothing is known that is better than the browser's own choice.
 * A camera that switches between its lenses by itself also focuses on what is near. A single ultra-wide or
 * telephoto lens distorts or cannot focus there.
 */
export function best(lenses: readonly Lens[]): Lens | undefined {
  const ranked = choices(lenses)
    .map((lens) => ({ lens, rank: rankOf(lens.label) }))
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
  return ranked[0]?.lens;
}

/** The lens after this one, in a circle. */
export function nextLens(lenses: readonly Lens[], id: string | null): Lens | undefined {
  const list = choices(lenses);
  return list[(list.findIndex((lens) => lens.id === id) + 1) % list.length];
}

function facingOf({ label, facing }: Lens): Lens['facing'] {
  if (facing) return facing;
  if (/\b(back|rear|environment)\b/i.test(label)) return 'rear';
  return /\b(front|user|selfie|facetime)\b/i.test(label) ? 'front' : undefined;
}

/** How Safari and Chrome on Android name the lenses at the back, the best first. */
const NAMES: readonly RegExp[] = [
  /\btriple camera\b/i,
  /\bdual wide camera\b/i,
  /\bback camera\b/i,
  /\bdual camera\b/i,
  /\btelephoto camera\b/i,
  /\bultra wide camera\b/i,
];

/** Android numbers its cameras, and number 0 is the main camera at the back. */
const NUMBERED = /^camera2? (\d+), facing back$/i;

function rankOf(label: string): number | undefined {
  const number = NUMBERED.exec(label)?.[1];
  if (number !== undefined) return Number(number);
  const rank = NAMES.findIndex((name) => name.test(label));
  return rank < 0 ? undefined : rank;
}
