// What is said of the page as a whole: address, title, viewport; pointer, focus and selection.
import type { CustomerPolicy, PageInfo } from "../../protocol";
import { redact } from "../../shared/addresses";
import { DOTS } from "../css";
import {
  contentOf,
  dataOf,
  documentOf,
  find,
  firstChild,
  HTML,
  localName,
  namespaceOf,
  nextSibling,
  nodeType,
  rootOf,
  shadowOf,
  titleOf,
  upOf,
} from "./dom";
import { EDITOR, HIDDEN, MASKED, type Mask, NO_CONTROL, WIDGET } from "./mask";
import type { Sent } from "./sent";
import type { Tree } from "./tree";
import type { stateOf } from "./viewport";
import { type Walk, whole } from "./walk";

const TITLE_MAX_CHARACTERS = 300;
const TICKED = /^(checkbox|radio)$/i;

/** `state` goes with it. */
export function pageInfo(policy: CustomerPolicy, mask: Mask, state: ReturnType<typeof stateOf>): PageInfo {
  const title = titleOf(document);
  const element = [...find(document, "title")].find((each) => namespaceOf(each) === HTML);
  const masked = mask.hides_(element ? mask.bits_(element) : 0);
  return {
    address: redact(location.href, policy.query_params) ?? location.origin,
    title: masked ? title && DOTS : whole(title, TITLE_MAX_CHARACTERS),
    ...state,
    quirks: document.compatMode === "BackCompat",
  };
}

/** The element that has the focus, through open shadow roots and frames. */
export function focused(): Element | null {
  let element = document.activeElement;
  for (;;) {
    const inner =
      element && (shadowOf(element) ?? (localName(element) === "iframe" ? contentOf(element) : null))?.activeElement;
    if (!inner) return element;
    element = inner;
  }
}

/** The same, but null where nothing in particular has it, or where to have it is to be chosen from several. */
export function focusTold(mask: Mask): Element | null {
  const at = focused();
  return at && (localName(at) === "body" || mask.isChoice_(at)) ? null : at;
}

/** True where nothing of the customer's hand may show: in fields, masked, hidden and no-control subtrees. */
export function isPrivateSpot(walk: Walk, node: Node): boolean {
  const bits = walk.mask_.bits_(node);
  if (bits & (MASKED | NO_CONTROL | HIDDEN | EDITOR | WIDGET)) return true;
  for (let at: Node | null = node; at; at = upOf(at)) {
    if (nodeType(at) !== 1) continue;
    if (walk.host_.isOwn(at) || walk.isField_(at as Element)) return true;
    // To click the label of a box or of a radio is to choose.
    if (
      localName(at as Element) === "label" &&
      TICKED.test((at as HTMLLabelElement).control?.getAttribute("type") ?? "")
    )
      return true;
  }
  return false;
}

/** The selection as the wire has it: two text nodes and offsets into them, or all 0. */
export function selection(walk: Walk, tree: Tree): [number, number, number, number] {
  const none: [number, number, number, number] = [0, 0, 0, 0];
  const at = focused();
  const found = ((at && documentOf(at)) ?? document).getSelection();
  if (!found?.rangeCount || found.isCollapsed) return none;
  const { startContainer, startOffset, endContainer, endOffset } = found.getRangeAt(0);
  const [start, from] = edge(tree, startContainer, startOffset, false);
  const [end, to] = edge(tree, endContainer, endOffset, true);
  for (const node of [start, end])
    if (!node || walk.mask_.hides_(node.bits_) || isPrivateSpot(walk, node.part_ as Node)) return none;
  return [(start as Sent).id_, from, (end as Sent).id_, to];
}

/** The text that a selection begins or ends in: to select a whole paragraph says where the next one begins. */
function edge(tree: Tree, node: Node, offset: number, isEnd: boolean): [sent: Sent | undefined, offset: number] {
  if (nodeType(node) === 3) return [tree.sent_.get(node), offset];
  let child = firstChild(node);
  for (let at = 0; child && at < offset; at++) child = nextSibling(child);
  const walker = Document.prototype.createTreeWalker.call(document, rootOf(node), 4);
  const step = () => (isEnd ? walker.previousNode() : walker.nextNode());
  walker.currentNode = child ?? node;
  let text: Node | null = child ? (isEnd || nodeType(child) !== 3 ? step() : child) : walker.lastChild();
  if (!child && !(isEnd && text)) text = step();
  for (; text; text = step()) {
    const sent = tree.sent_.get(text);
    if (sent) return [sent, isEnd ? dataOf(text as Text).length : 0];
  }
  return [undefined, 0];
}
