
/** Kind names an order. */
export type Kind =
  | "ask"
  | "end";

/** Asks for things. */
export interface AskOrder {
  kind: "ask";
  first: words.Thing;
  others?: words.Thing[];
  file: Blob;
}

export interface EndOrder {
  kind: "end";
}

/** Order is a union. */
export type Order =
  | AskOrder
  | EndOrder;
