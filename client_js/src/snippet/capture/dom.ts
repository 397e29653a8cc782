// The page's DOM through the prototypes' own accessors, taken when this script is loaded: a form with an input named
// `childNodes` answers for itself otherwise. Nothing here asks for layout.

type Of<T> = { prototype: T };

const { bind, call } = Function.prototype as unknown as Record<"bind" | "call", { bind(it: unknown): unknown }>;
const uncurried = bind.bind(call) as (method: unknown) => unknown;

function getter<T extends object, K extends keyof T>(of: Of<T>, name: K): (it: T) => T[K] {
  return uncurried(Object.getOwnPropertyDescriptor(of.prototype, name)?.get) as (it: T) => T[K];
}

function method<T extends object, K extends keyof T>(
  of: Of<T>,
  name: K,
): T[K] extends (...rest: infer R) => infer O ? (it: T, ...rest: R) => O : never {
  return uncurried(of.prototype[name]) as never;
}

export const nodeType = getter(Node, "nodeType");
export const parentOf = getter(Node, "parentNode");
export const firstChild = getter(Node, "firstChild");
export const nextSibling = getter(Node, "nextSibling");
export const previousSibling = getter(Node, "previousSibling");
export const isConnected = getter(Node, "isConnected");
export const baseOf = getter(Node, "baseURI");
export const documentOf = getter(Node, "ownerDocument");
export const rootOf = method(Node, "getRootNode") as (it: Node) => Node;
export const textOf = getter(Node, "textContent");
export const dataOf = getter(CharacterData, "data");
export const localName = getter(Element, "localName");
export const namespaceOf = getter(Element, "namespaceURI");
export const shadowOf = getter(Element, "shadowRoot");
export const slotOf = getter(Element, "assignedSlot");
export const textSlotOf = getter(Text, "assignedSlot");
export const attributeNames = method(Element, "getAttributeNames");
export const attribute = method(Element, "getAttribute");
export const hasAttribute = method(Element, "hasAttribute");
export const matches = method(Element, "matches");
export const closest = method(Element, "closest");
export const findIn = method(Element, "querySelector") as (it: Element, selector: string) => Element | null;
export const boxOf = method(Element, "getBoundingClientRect");
export const listen = method(EventTarget, "addEventListener") as unknown as (
  target: EventTarget,
  type: string,
  listener: (event: Event) => void,
  options: AddEventListenerOptions,
) => void;
export const titleOf = getter(Document, "title");
export const viewOf = getter(Document, "defaultView");
export const modeOf = getter(Document, "compatMode");
export const find = method(Document, "querySelectorAll") as (it: Document, selector: string) => NodeListOf<Element>;
export const findInFragment = method(DocumentFragment, "querySelectorAll") as (
  it: DocumentFragment,
  selector: string,
) => NodeListOf<Element>;
export const scrollLeft = getter(Element, "scrollLeft");
export const scrollTop = getter(Element, "scrollTop");
export const styleOf = getter(HTMLElement, "style");
export const svgStyleOf = getter(SVGElement, "style");
export const cssText = getter(CSSStyleDeclaration, "cssText");
export const inputType = getter(HTMLInputElement, "type");
export const inputValue = getter(HTMLInputElement, "value");
export const inputChecked = getter(HTMLInputElement, "checked");
export const inputIndeterminate = getter(HTMLInputElement, "indeterminate");
export const areaValue = getter(HTMLTextAreaElement, "value");
export const selectValue = getter(HTMLSelectElement, "value");
export const optionSelected = getter(HTMLOptionElement, "selected");
export const imageSource = getter(HTMLImageElement, "currentSrc");
export const addressOf = getter(Document, "URL");
export const styleSheet = getter(HTMLStyleElement, "sheet");
export const svgStyleSheet = getter(SVGStyleElement, "sheet");
export const linkSheet = getter(HTMLLinkElement, "sheet");

const adoptedByDocument = getter(Document, "adoptedStyleSheets");
const adoptedByShadow = getter(ShadowRoot, "adoptedStyleSheets");
/** The sheets that a document or a shadow root has adopted. */
export const adoptedBy = (root: Node): readonly CSSStyleSheet[] =>
  nodeType(root) === 9 ? adoptedByDocument(root as Document) : adoptedByShadow(root as ShadowRoot);

const hostOfShadow = getter(ShadowRoot, "host");

/** The host of a shadow root. By trying: one that was adopted from a frame is no instance of our ShadowRoot. */
export function hostOf(root: Node): Element | null {
  try {
    return hostOfShadow(root as ShadowRoot);
  } catch {
    return null;
  }
}

const contentOfFrame = getter(HTMLIFrameElement, "contentDocument");
const frames = new WeakMap<Node, Element>();

/** The document in a frame, where the page may read it: of the same origin, and not sandboxed apart. */
export function contentOf(frame: Element): Document | null {
  const inside = contentOfFrame(frame as HTMLIFrameElement);
  if (inside) frames.set(inside, frame);
  return inside;
}

/** The frame that a document is in. Not the one that it was in: a page may have put that into the very document. */
export const frameOf = (inside: Node): Element | undefined => {
  const frame = frames.get(inside);
  return frame && contentOfFrame(frame as HTMLIFrameElement) === inside ? frame : undefined;
};

/** Where the viewport that a node is drawn in begins, in that of the page. Asks for layout. */
export function originOf(node: Node): [x: number, y: number] {
  let [x, y] = [0, 0];
  for (let at = frameOf(documentOf(node) ?? node); at; at = frameOf(documentOf(at) as Document)) {
    const { left, top } = boxOf(at);
    const { paddingLeft, paddingTop } = getComputedStyle(at);
    x += left + at.clientLeft + Number.parseFloat(paddingLeft);
    y += top + at.clientTop + Number.parseFloat(paddingTop);
  }
  return [x, y];
}

/** What a node is in: its parent, the host of a shadow root, or the frame of a document. */
export const upOf = (node: Node): Node | null =>
  parentOf(node) ?? (nodeType(node) === 11 ? hostOf(node) : (frameOf(node) ?? null));

/** Focus the element; false where it takes none. */
export function focusOn(element: Element): boolean {
  const focus = (element as HTMLElement).focus;
  if (typeof focus !== "function") return false;
  element.ownerDocument.defaultView?.HTMLElement.prototype.focus.call(element, { preventScroll: true });
  return matches(element, ":focus");
}

export const HTML = "http://www.w3.org/1999/xhtml";
export const SVG = "http://www.w3.org/2000/svg";
