// What an act reaches: the element at a point, all that it is in, and what is told of it.
import type { ActResult } from "../../protocol";
import { attribute, boxOf, localName, matches, nodeType, originOf, slotOf, upOf } from "../capture/dom";

export const CHECKABLE =
  "input[type=checkbox],input[type=radio]," +
  ["checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"].map((role) => `[role~=${role} i]`).join();
export const SUBMITTER = "button:not([type=button i],[type=reset i]),input[type=submit],input[type=image]";

/** The element and all it is in, the way an event goes: through slots and shadow hosts. */
export function pathOf(from: Element): Element[] {
  const path: Element[] = [];
  for (let at: Node | null = from; at; at = (nodeType(at) === 1 && slotOf(at as Element)) || upOf(at)) {
    if (nodeType(at) === 1) path.push(at as Element);
  }
  return path;
}

/** The element's box in the page's viewport, also where it is in a frame. */
export function placeOf(element: Element): DOMRect {
  const [x, y] = originOf(element);
  const { left, top, width, height } = boxOf(element);
  return new DOMRect(x + left, y + top, width, height);
}

/** All that the audit trail may say of an element. */
const KINDS = [
  ["link", "a,area,[role~=link i]"],
  ["button", `summary,[role~=button i],[type=button i],[type=reset i],${SUBMITTER}`],
  ["field", `input,select,textarea,label,option,${CHECKABLE}`],
] as const;

export type Kind = NonNullable<ActResult["on"]>;

export const kindOf = (element: Element): Kind =>
  KINDS.find(([, selector]) => pathOf(element).some((each) => matches(each, selector)))?.[0] ?? "other";

export function hitAt(x: number, y: number): Element | null {
  let hit = document.elementFromPoint(x, y);
  while (hit?.shadowRoot) {
    const inner = hit.shadowRoot.elementFromPoint(x, y);
    if (!inner || inner === hit) break;
    hit = inner;
  }
  return hit;
}

/** What a click on this label activates. */
export const labelled = (element: Element): Element | null =>
  localName(element) === "label" ? (element as HTMLLabelElement).control : null;

/** Sending this form sends nothing. */
export const closesDialog = (form: Element, button: Element | null): boolean =>
  /^dialog$/i.test((button && attribute(button, "formmethod")) ?? attribute(form, "method") ?? "");
