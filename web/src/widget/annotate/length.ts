/** Lengths on a photo: in pixels, or in millimetres by a ruler in it. */

import { lengthBetween, type Shape } from './shapes';

/** How many millimetres a pixel is, and how long the ruler is that says so. */
export interface Scale {
  readonly mmPerPixel: number;
  readonly rulerPixels: number;
}

/** Why a typed length cannot be used. */
export type LengthProblem = 'empty' | 'unclear' | 'zero' | 'tooLong';

/** Nothing longer is on a photo of skin: the unit is wrong. */
const LONGEST_MM = 2000;
/** Each end of a line is set this well, in pixels. */
const END_ERROR = 0.5;
/** With a larger error a tenth of a millimetre says nothing. */
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

/** The scale of a photo with these shapes on it, if one of them is a ruler. */
export function scaleOf(shapes: readonly Shape[]): Scale | undefined {
  const ruler = shapes.find((shape) => shape.kind === 'ruler' && shape.mm > 0);
  if (ruler?.kind !== 'ruler') return undefined;
  const rulerPixels = lengthBetween(ruler.from, ruler.to);
  return rulerPixels > 0 ? { mmPerPixel: ruler.mm / rulerPixels, rulerPixels } : undefined;
}

/**
 * "12.3 mm", or "123 px" without a scale. Tenths of a millimetre are shown where the ends of the line and of the ruler
 * are that exact.
 */
export function lengthText(pixels: number, scale: Scale | undefined, language: string): string {
  if (!scale) return `${format(pixels, 0, language)} px`;
  const mm = pixels * scale.mmPerPixel;
  const error = 2 * END_ERROR * scale.mmPerPixel + (2 * END_ERROR * mm) / scale.rulerPixels;
  const digits = error <= TENTHS_UP_TO_MM ? 1 : 0;
  const least = 10 ** -digits;
  return mm < least / 2 ? `< ${format(least, digits, language)} mm` : `${format(mm, digits, language)} mm`;
}

/** A length as it was typed. */
export function typedLength(mm: number, language: string): string {
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(mm)} mm`;
}

function format(value: number, digits: number, language: string): string {
  return new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );
}
