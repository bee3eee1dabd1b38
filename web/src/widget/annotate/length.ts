/** Lengths on a photo: in pixels, or in millimetres if the photo shows a ruler. */

import { lengthBetween, type Shape } from './shapes';

/** Millimetres per pixel, and the length of the ruler from which that is known. */
export interface Scale {
  readonly mmPerPixel: number;
  readonly rulerPixels: number;
}

/** Why a typed length cannot be used. */
export type LengthProblem = 'empty' | 'unclear' | 'zero' | 'tooLong';

/** The longest length that is accepted. A longer one has the wrong unit, because photos show skin. */
const LONGEST_MM = 2000;
/** The error of each end of a line, in pixels. */
const END_ERROR = 0.5;
/** Tenths of a millimetre are shown only up to this error. */
const TENTHS_UP_TO_MM = 0.5;

/** Reads a length in millimetres: "10", "10.5 mm", "1,5 cm". */
export function readLength(text: string): number | LengthProblem {
  if (text.trim() === '') return 'empty';
  const [, number, unit] = /^\s*(\d+(?:[.,]\d*)?|[.,]\d+)\s*(mm|cm)?\s*$/i.exec(text) ?? [];
  if (number === undefined) return 'unclear';
  const mm = Number(number.replace(',', '.')) * (unit?.toLowerCase() === 'cm' ? 10 : 1);
  if (mm === 0) return 'zero';
  return mm > LONGEST_MM ? 'tooLong' : mm;
}

/** Returns the scale of a photo from the ruler among its shapes, if there is one. */
export function scaleOf(shapes: readonly Shape[]): Scale | undefined {
  const ruler = shapes.find((shape) => shape.kind === 'ruler' && shape.mm > 0);
  if (ruler?.kind !== 'ruler') return undefined;
  const rulerPixels = lengthBetween(ruler.from, ruler.to);
  return rulerPixels > 0 ? { mmPerPixel: ruler.mm / rulerPixels, rulerPixels } : undefined;
}

/**
 * Formats a length: "12.3 mm", or "123 px" without a scale. Tenths of a millimetre are shown if the ends of the line
 * and of the ruler are exact enough.
 */
export function lengthText(pixels: number, scale: Scale | undefined, language: string): string {
  if (!scale) return `${format(pixels, 0, language)} px`;
  const mm = pixels * scale.mmPerPixel;
  const error = 2 * END_ERROR * scale.mmPerPixel + (2 * END_ERROR * mm) / scale.rulerPixels;
  const digits = error <= TENTHS_UP_TO_MM ? 1 : 0;
  const least = 10 ** -digits;
  return mm < least / 2 ? `< ${format(least, digits, language)} mm` : `${format(mm, digits, language)} mm`;
}

/** Formats a length for the field where it was typed. */
export function typedLength(mm: number, language: string): string {
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(mm)} mm`;
}

function format(value: number, digits: number, language: string): string {
  return new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );
}
