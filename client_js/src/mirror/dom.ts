// Prototype accessors taken once: a form of the page with an input named "insertBefore" must not shadow what we call.

function getter<T>(prototype: object, name: string): (node: Node) => T {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get;
  return (node) => {
    if (get === undefined) throw new TypeError(`No accessor for ${name}`);
    return get.call(node) as T;
  };
}

export const parentOf = getter<Node | null>(Node.prototype, "parentNode");
export const firstChildOf = getter<Node | null>(Node.prototype, "firstChild");
export const nextSiblingOf = getter<Node | null>(Node.prototype, "nextSibling");
const shadowGetter = Object.getOwnPropertyDescriptor(Element.prototype, "shadowRoot")?.get;
export const isConnected = getter<boolean>(Node.prototype, "isConnected");
export const nodeTypeOf = getter<number>(Node.prototype, "nodeType");
export const localNameOf = getter<string>(Element.prototype, "localName");
export const documentOf = getter<Document>(Node.prototype, "ownerDocument");
export const scrollLeftOf = getter<number>(Element.prototype, "scrollLeft");
export const scrollTopOf = getter<number>(Element.prototype, "scrollTop");
const scrollWidthOf = getter<number>(Element.prototype, "scrollWidth");
const scrollHeightOf = getter<number>(Element.prototype, "scrollHeight");
const clientWidthOf = getter<number>(Element.prototype, "clientWidth");
const clientHeightOf = getter<number>(Element.prototype, "clientHeight");

const insertBeforeMethod = Node.prototype.insertBefore;
const moveMethod = (Element.prototype as { moveBefore?: (node: Node, before: Node | null) => void }).moveBefore;
const removeChildMethod = Node.prototype.removeChild;
const containsMethod = Node.prototype.contains;
const getAttributeMethod = Element.prototype.getAttribute;
const setAttributeMethod = Element.prototype.setAttribute;
const removeAttributeMethod = Element.prototype.removeAttribute;
const matchesMethod = Element.prototype.matches;
const scrollToMethod = Element.prototype.scrollTo as (options: ScrollToOptions) => void;
const byTagMethod = Element.prototype.getElementsByTagName;
const showPopoverMethod = HTMLElement.prototype.showPopover;
const hidePopoverMethod = HTMLElement.prototype.hidePopover;
const rectMethod = Element.prototype.getBoundingClientRect;

export function insertBefore(parent: Node, node: Node, before: Node | null): void {
  insertBeforeMethod.call(parent, node, before);
}

/** The host of a shadow root, or null. */
export const hostOf = (node: Node): Element | null =>
  nodeTypeOf(node) === Node.DOCUMENT_FRAGMENT_NODE ? ((node as ShadowRoot).host ?? null) : null;

/** The document whose nodes go into this one. */
export const homeOf = (node: Node): Document =>
  nodeTypeOf(node) === Node.DOCUMENT_NODE ? (node as Document) : documentOf(node);

/** As `insertBefore`, but frames keep their documents, where the browser can do that. */
export function moveBefore(parent: Node, node: Node, before: Node | null): void {
  if (moveMethod === undefined || nodeTypeOf(parent) !== Node.ELEMENT_NODE) insertBefore(parent, node, before);
  else moveMethod.call(parent, node, before);
}

export function remove(node: Node): void {
  const parent = parentOf(node);
  if (parent !== null) removeChildMethod.call(parent, node);
}

export function contains(outer: Node, inner: Node): boolean {
  return containsMethod.call(outer, inner);
}

export function getAttribute(element: Element, name: string): string | null {
  return getAttributeMethod.call(element, name);
}

export function setAttribute(element: Element, name: string, value: string): void {
  setAttributeMethod.call(element, name, value);
}

export function removeAttribute(element: Element, name: string): void {
  removeAttributeMethod.call(element, name);
}

/** Set the attribute to "" or take it off. */
export function toggleAttribute(element: Element, name: string, on: boolean): void {
  if (on) setAttribute(element, name, "");
  else removeAttribute(element, name);
}

export function attachShadow(host: Element): ShadowRoot {
  // The picture's own realm, which no script can have changed.
  const { Element } = host.ownerDocument.defaultView as Window & typeof globalThis;
  return Element.prototype.attachShadow.call(host, { mode: "open" });
}

export function matches(element: Element, selector: string): boolean {
  return matchesMethod.call(element, selector);
}

/** How far it can be scrolled, and where it is. */
export function scrollRoom(element: Element): { x: number; y: number; mostX: number; mostY: number } {
  const mostX = scrollWidthOf(element) - clientWidthOf(element);
  const mostY = scrollHeightOf(element) - clientHeightOf(element);
  return { x: scrollLeftOf(element), y: scrollTopOf(element), mostX, mostY };
}

export function scrollTo(element: Element, left: number, top: number): void {
  scrollToMethod.call(element, { left, top, behavior: "instant" });
}

export function inside(element: Element, tag: string): Iterable<Element> & { readonly length: number } {
  return byTagMethod.call(element, tag);
}

export function showPopover(element: HTMLElement): void {
  showPopoverMethod.call(element);
}

export function hidePopover(element: HTMLElement): void {
  hidePopoverMethod.call(element);
}

/** The element's box in the viewport of the picture, through the frames it is in. */
export function boxOf(element: Element): DOMRect {
  let { left, top, width, height } = rectMethod.call(element);
  for (let frame = frameOf(element); frame !== null; frame = frameOf(frame)) {
    const at = insetOf(frame);
    left = at.x + left * at.scale;
    top = at.y + top * at.scale;
    width *= at.scale;
    height *= at.scale;
  }
  return new DOMRect(left, top, width, height);
}

/** The frame of the picture that a node's document is in, if it is in one. */
export function frameOf(node: Node): Element | null {
  const frame = homeOf(node).defaultView?.frameElement ?? null;
  // That of the picture as a whole stands in the document of this script.
  return frame === null || documentOf(frame) === document ? null : frame;
}

/** Where the document in a frame begins in the viewport of the frame, and how much it is drawn larger. */
export function insetOf(frame: Element): { x: number; y: number; scale: number } {
  const { left, top, width } = rectMethod.call(frame);
  const { paddingLeft, paddingTop } = (documentOf(frame).defaultView as Window).getComputedStyle(frame);
  const whole = (frame as HTMLElement).offsetWidth;
  const scale = whole > 0 ? width / whole : 1;
  return {
    x: left + scale * (frame.clientLeft + Number.parseFloat(paddingLeft)),
    y: top + scale * (frame.clientTop + Number.parseFloat(paddingTop)),
    scale,
  };
}

export function shadowOf(node: Node): ShadowRoot | null {
  return nodeTypeOf(node) === Node.ELEMENT_NODE ? (shadowGetter?.call(node) ?? null) : null;
}

export function* childrenOf(node: Node): Generator<Node> {
  for (let child = firstChildOf(node); child !== null; child = nextSiblingOf(child)) yield child;
}
