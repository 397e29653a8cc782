// What nearly all of a page is: texts in sight, and elements that are what they are. The first picture is made by code
// that nobody has compiled yet. Each call counts there, and what is called for every node is compiled by threads that
// take the processor from the page's: so few functions do it, and make little on their way.
import { type Name, type Tag, TOKEN, TOKEN_CHARACTERS, tagOf } from "../whitelist";
import { addWritten } from "./attributes";
import {
  attribute,
  attributeNames,
  dataOf,
  firstChild,
  HTML,
  localName,
  matches,
  namespaceOf,
  nextSibling,
  nodeType,
  shadowOf,
} from "./dom";
import { SPECIAL } from "./mask";
import { append, DEPTH_MAX, ids, NODES_MAX, type Sent, sentOf, type Visit } from "./sent";
import { type Attributes, type Frame, TEXT_NODE } from "./tables";
import type { Tree } from "./tree";
import { lookOf, POLLED, SIMPLE, SPACELESS, TEXT_MAX_CHARACTERS, type Walk, whole } from "./walk";

/** A loop that stays in one call is compiled a second time, by the slowest compiler; and the clock is to be looked at. */
const NODES_AT_ONCE = 16;

/**
 * Send the next few nodes of a visit below which nothing is masked, hidden or a value by its place. Ends early at one
 * that takes a closer look: gives it, and the visit goes on behind it.
 */
export function sendPlain(tree: Tree, walk: Walk, frame: Frame, visit: Visit): Node | undefined {
  const { sent_: all } = tree;
  let { sent_: parent, node_: next } = visit;
  let special: Node | undefined;
  for (let count = 0; count < NODES_AT_ONCE && !frame.full_; count++) {
    const node = next;
    if (!node) {
      if (parent === visit.base_) break;
      next = nextSibling(parent.part_ as Node);
      parent = parent.parent_ as Sent;
      continue;
    }
    next = nextSibling(node);
    const type = all.has(node) || all.size > NODES_MAX ? 0 : nodeType(node);
    const id = ids.last_ + 1;
    let tag: Tag | undefined;
    let said: Attributes | string | undefined;
    if (type === 3) {
      said = whole(dataOf(node as Text), TEXT_MAX_CHARACTERS);
      if (lookOf(parent.tag_ as Tag) & SPACELESS && !/\S/.test(said)) continue;
      frame.ints_.push(TEXT_NODE, id, parent.id_, 0, frame.text_(said));
    } else if (type === 1 && namespaceOf(node as Element) === HTML) {
      tag = tagOf(localName(node as Element));
      said = tag && attributesOfPlain(walk, node as Element, tag, parent.bits_);
      if (said) frame.element_(id, parent.id_, 0, tag as Tag, said as Attributes);
    }
    // It takes a closer look.
    if (said === undefined) {
      special = node;
      break;
    }
    const sent = sentOf(id, node, parent, tag, said);
    ids.last_ = id;
    all.set(node, sent);
    tree.byId_.set(id, sent);
    append(parent, sent);
    if (tag && (sent.depth_ > DEPTH_MAX || shadowOf(node as Element))) {
      tree.visit_(sent);
      break;
    }
    const child = tag && firstChild(node);
    if (child) {
      parent = sent;
      next = child;
    }
  }
  visit.sent_ = parent;
  visit.node_ = next;
  return special;
}

/** The attributes that leave, or undefined where the element takes a closer look. */
function attributesOfPlain(walk: Walk, element: Element, tag: Tag, bits: number): Attributes | undefined {
  const { tag_: name, names_: names } = tag;
  const { named_: named } = walk.mask_;
  if (
    (lookOf(tag) & (SIMPLE | POLLED)) !== SIMPLE ||
    SPECIAL.has(name) ||
    walk.host_.isOwn(element) ||
    (named && matches(element, named))
  )
    return undefined;
  const list: Attributes = [];
  const written = attributeNames(element);
  for (let at = 0; at < written.length; at++) {
    const each = written[at] as string;
    const known = names.get(each);
    if (each === "popover" || SPECIAL.has(each)) return undefined;
    // Of two namespaces, one name may come twice.
    if (!known || each[0] === ":" || (at && written.indexOf(each) < at)) continue;
    const value = known.kind_ === TOKEN ? (attribute(element, each) as string) : undefined;
    if (value === undefined) addWritten(walk, list, element, known, each, tag, bits, false);
    else if (value.length > TOKEN_CHARACTERS) return undefined;
    else list.push(known, value.toWellFormed());
  }
  if (name === "a" && written.includes("href")) list.push(names.get(":link") as Name, 1);
  return list;
}
