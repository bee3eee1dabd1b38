
export const MAX_NAME = 40;

/** Colour is a choice. */
export type Colour =
  | "red"
  | "blue";

/** MoreColour adds a value. */
export type MoreColour =
  | Colour
  | "grey";

/** Thing has every kind of field.
 * 
 * It has a second paragraph. */
export interface Thing {
  name: Word;
  colour?: Colour;
  /** how many */
  count: number;
  size?: number;
  good: boolean;
  made: string;
  sold?: string;
  stock?: number;
  label: string;
  tags: MoreColour[];
  extra?: Record<string, string>;
}

/** Word has a form. */
export type Word =
  | string;
