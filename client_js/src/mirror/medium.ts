// What a picture is drawn on. The mirror page has a CSP of its own, made for it; where a picture is drawn elsewhere,
// styles and addresses have to come in another way.

import { LAYER_FIRST } from "./ink";
import type { Known } from "./known";
import { Sheets, type Window_ } from "./sheets";
import type { Kind } from "./vocabulary";

const HTML = "http://www.w3.org/1999/xhtml";
const LEADS = "data-cobrowse-first";

export interface Medium {
  /** An empty document in the wanted mode. It stays the frame's first one, so it keeps the CSP it inherited. */
  blank(inner: Document, quirks: boolean): void;
  /** The stylesheets of one picture; `ownRules` is how masks and placeholders are drawn. */
  sheets(window: Window_, ownRules: string): Sheets;
  create(document: Document, name: string): Element;
  /** Whether attributes of this kind are put on the element as the wire says them. */
  copies(kind: Kind): boolean;
  /** Put the browser's layer under all sheets of the document, where adopting it first does not. */
  lead?(inner: Document): void;
  /** The element came, or what the wire says of it changed. */
  drawn?(known: Known): void;
}

/** The mirror page. */
export const MIRROR: Medium = {
  blank(inner, quirks) {
    inner.open();
    if (!quirks) inner.write("<!doctype html>");
    inner.close();
    inner.documentElement.remove();
  },
  sheets: (window, ownRules) => new Sheets(window, ownRules),
  create: (document, name) => document.createElementNS(HTML, name),
  copies: () => true,
  lead(inner) {
    const { head } = inner;
    if (head === null || (head.firstChild as Element | null)?.hasAttribute?.(LEADS)) return;
    for (const old of head.querySelectorAll(`[${LEADS}]`)) old.remove();
    const style = inner.createElement("style");
    style.setAttribute(LEADS, "");
    style.textContent = LAYER_FIRST;
    Node.prototype.insertBefore.call(head, style, head.firstChild);
  },
};
