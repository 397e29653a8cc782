// One part of the page that was sent, and a place in the walk that sends them.
import type { Tag } from "../whitelist";
import type { Attributes } from "./tables";
import type { Part } from "./walk";

export const DEPTH_MAX = 500;
export const NODES_MAX = 190_000;

/** One part that was sent. */
export interface Sent {
  readonly id_: number;
  readonly part_: Part;
  parent_: Sent | undefined;
  children_: Sent[];
  tag_: Tag | undefined;
  /** As sent: attributes of an element, rules of a sheet, the text of a text node. */
  said_: Attributes | string[] | string;
  /** All privacy bits, and those the element has by itself. */
  bits_: number;
  own_: number;
  depth_: number;
  /** The document it is in: what goes from one to another goes, and comes anew. */
  root_: Sent | undefined;
  /** The document in it, of a frame. */
  inside_: Part | undefined;
  /** It must leave under another name, or not at all: its id retires at the next visit of its parent. */
  stale_: boolean;
}

/** In what has nothing in it. */
export const NONE: never[] = [];

/** As if nothing of its own were masked: what its parent has, it has. */
export const sentOf = (
  id: number,
  part: Part,
  parent: Sent | undefined,
  tag: Tag | undefined,
  said: Sent["said_"],
): Sent => ({
  id_: id,
  part_: part,
  parent_: parent,
  children_: NONE,
  tag_: tag,
  said_: said,
  bits_: parent?.bits_ ?? 0,
  own_: 0,
  depth_: (parent?.depth_ ?? 0) + 1,
  root_: parent?.root_,
  inside_: undefined,
  stale_: false,
});

export function append(parent: Sent, child: Sent): void {
  if (parent.children_ === NONE) parent.children_ = [child];
  else parent.children_.push(child);
}

/** They rise through the life of the page, whatever the epoch. */
export const ids = { last_: 0 };
export const nextId = (): number => ++ids.last_;

/** A place in the walk: in `sent_`, which is `base_` or somewhere in it. The visit ends with what is in `base_`. */
export interface Visit {
  readonly base_: Sent;
  sent_: Sent;
  /** What comes next of what is plain; null behind the last child of `sent_`. Where it is not plain, there are */
  node_: Node | null;
  /** parts of `base_` itself, on their way from `at_` on. */
  readonly parts_: readonly Part[] | undefined;
  at_: number;
}

/** All that a visit is in the middle of, from the inmost. */
export function opened({ base_: base, sent_: sent }: Visit): Sent[] {
  const list = [sent];
  for (let at = sent; at !== base; list.push(at)) at = at.parent_ as Sent;
  return list;
}
