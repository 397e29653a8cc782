// What is said of the page as a whole: address, title, viewport; pointer, focus and selection.
import type { CustomerPolicy, PageInfo } from "../../protocol";
import { redact } from "../../shared/addresses";
import { DOTS } from "../css";
import { find, HTML, localName, namespaceOf, nodeType, shadowOf, titleOf, upOf } from "./dom";
import { EDITOR, HIDDEN, MASKED, type Mask, NO_CONTROL, WIDGET } from "./mask";
import type { Tree } from "./tree";
import type { Walk } from "./walk";

const TITLE_MAX_CHARACTERS = 300;
const TICKED = /^(checkbox|radio)$/i;

/** Everything but the lengths, which are asked for only when they may have changed: asking may force a layout. */
export function pageInfo(policy: CustomerPolicy, mask: Mask, size: readonly [number, number]): PageInfo {
  const title = titleOf(document);
  const element = [...find(document, "title")].find((each) => namespaceOf(each) === HTML);
  const masked = mask.hides_(element ? mask.bits_(element, () => undefined) : 0);
  return {
    address: redact(location.href, policy.query_params) ?? location.origin,
    title: masked ? title && DOTS : title.slice(0, TITLE_MAX_CHARACTERS).replace(/\p{Surrogate}/gu, "\ufffd"),
    width: size[0],
    height: size[1],
    zoom: Math.round((visualViewport?.scale ?? 1) * 100),
    dpr: Math.round(devicePixelRatio * 100),
    quirks: document.compatMode === "BackCompat",
    dark: matchMedia("(prefers-color-scheme:dark)").matches,
  };
}

/** The element that has the focus, through open shadow roots. */
export function focused(): Element | null {
  let element = document.activeElement;
  for (;;) {
    const inner = element && shadowOf(element)?.activeElement;
    if (!inner) return element;
    element = inner;
  }
}

/** True where nothing of the customer's hand may show: in fields, masked, hidden and no-control subtrees. */
export function isPrivateSpot(walk: Walk, node: Node): boolean {
  const bits = walk.mask_.bits_(node, () => undefined);
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
  const found = document.getSelection();
  if (!found?.rangeCount || found.isCollapsed) return none;
  const range = found.getRangeAt(0);
  const ends = [range.startContainer, range.endContainer].map((node) => {
    const sent = nodeType(node) === 3 ? tree.sent_.get(node) : undefined;
    return sent && !walk.mask_.hides_(sent.bits_) && !isPrivateSpot(walk, node) ? sent : undefined;
  });
  const [start, end] = ends;
  return start && end ? [start.id_, range.startOffset, end.id_, range.endOffset] : none;
}
