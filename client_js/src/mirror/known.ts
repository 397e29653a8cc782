/** One node of the picture: what the wire said of it, and the node that stands for it in the mirror. */
export interface Known {
  readonly id: number;
  readonly what: "document" | "element" | "text" | "shadow";
  /** The wire's tag; empty for all but elements. */
  readonly tag: string;
  /** The wire's attributes by the wire's names (`src`, `:filled`), as said: texts, or integers. */
  readonly attributes: Map<string, string | number>;
  /** Replaced where a `link` turns out to carry its rules itself. */
  node: Node;
  /** At least the true depth. */
  depth: number;
  /** The document in a frame. */
  inside?: Known;
  /** Of a document: the frame it is in. */
  frame?: Known;
  /** An input that is, or ever was in this epoch, of a type whose value is nobody's business. */
  secret?: boolean;
}

export function flag(known: Known, name: string): boolean {
  return known.attributes.get(name) === 1;
}

export function has(known: Known, name: string): boolean {
  return known.attributes.has(name);
}
