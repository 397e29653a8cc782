// The states of the customer's page that the mirror shows by attributes of its own: what the pointer is over, what has
// the focus, what the address points to. None of them is part of the digest.

import type { PageInfo } from "../protocol";
import type { Adaptation } from "./adapt";
import type { Builder } from "./builder";
import {
  frameOf,
  getAttribute,
  insetOf,
  localNameOf,
  nodeTypeOf,
  parentOf,
  removeAttribute,
  setAttribute,
  shadowOf,
} from "./dom";
import type { Known } from "./known";
import { attributeOf, FOCUS, FOCUS_WITHIN, FULLSCREEN, HOVER, partOf, RING, TARGET } from "./selectors";

const slotGetter = Object.getOwnPropertyDescriptor(Element.prototype, "assignedSlot")?.get;

export class States {
  private readonly shown = new Map<string, Set<Element>>();
  private pointer: readonly [number, number] = [-1, -1];
  private due = 0;

  constructor(
    private readonly document: Document,
    private readonly builder: Builder,
    private readonly adaptation: Adaptation,
    private readonly page: () => PageInfo,
  ) {}

  /** The customer's pointer, in their viewport; negative where it is not to be shown. */
  point(x: number, y: number): void {
    this.pointer = [x, y];
    this.hoverSoon();
  }

  /** The picture or its page changed. */
  refresh(): void {
    const page = this.page();
    const focused = elementOf(this.builder.focused);
    this.show(FOCUS, focused ? [focused] : []);
    this.show(RING, focused && page.ring === true ? [focused] : []);
    this.show(FOCUS_WITHIN, focused ? chain(focused) : []);
    this.showMarked(TARGET, page.target);
    this.showMarked(FULLSCREEN, page.fullscreen);
    this.hoverSoon();
  }

  stop(): void {
    cancelAnimationFrame(this.due);
    this.shown.clear();
  }

  private showMarked(state: string, id = 0): void {
    const known = id === 0 ? undefined : this.builder.known(id);
    this.show(state, known?.what === "element" ? [known.node as Element] : []);
  }

  /** Once a frame: it is asked of the layout, which is of no use before. */
  private hoverSoon(): void {
    if (this.due !== 0 || !(this.adaptation.states.has(HOVER) || this.adaptation.states.has(`${HOVER} part`))) return;
    this.due = requestAnimationFrame(() => {
      this.due = 0;
      const [x, y] = this.pointer;
      const under = x < 0 || y < 0 ? null : deepestAt(this.document, x, y);
      this.show(HOVER, under ? withLabelled(chain(under)) : []);
    });
  }

  /** These have the state, and no others. */
  private show(state: string, wanted: Iterable<Element>): void {
    const now = new Set(wanted);
    const before = this.shown.get(state) ?? new Set();
    if (now.size === 0 && before.size === 0) return;
    this.shown.set(state, now);
    const name = attributeOf(state);
    for (const element of before) if (!now.has(element)) removeAttribute(element, name);
    for (const element of now) setAttribute(element, name, "");
    if (this.adaptation.states.has(`${state} part`)) for (const element of [...before, ...now]) this.addParts(element);
  }

  /** What rules from outside a component ask of its parts. */
  private addParts(element: Element): void {
    const said = this.builder.knownOf(element)?.attributes.get("part");
    if (typeof said !== "string") return;
    const states = [...this.shown]
      .filter(([, elements]) => elements.has(element))
      .map(([state]) => ` ${partOf(state)}`);
    const part = said + states.join("");
    if (getAttribute(element, "part") !== part) setAttribute(element, "part", part);
  }
}

function elementOf(known: Known | null): Element | null {
  return known?.what === "element" ? (known.node as Element) : null;
}

/** What an element is drawn in: its slot, its parent, or the host of its shadow root; the frame of its document. */
function flatParent(element: Element): Element | null {
  const slot = slotGetter?.call(element) as Element | null;
  if (slot !== null) return slot;
  const parent = parentOf(element);
  if (parent === null) return null;
  if (nodeTypeOf(parent) === Node.DOCUMENT_FRAGMENT_NODE) return (parent as ShadowRoot).host;
  return nodeTypeOf(parent) === Node.ELEMENT_NODE ? (parent as Element) : frameOf(parent);
}

/** The element, and all it is drawn in. */
function chain(element: Element): Set<Element> {
  const found = new Set<Element>();
  for (let at: Element | null = element; at !== null; at = flatParent(at)) found.add(at);
  return found;
}

/** Over a label is over what it labels, too. */
function withLabelled(elements: Set<Element>): Set<Element> {
  for (const element of [...elements]) {
    const control = localNameOf(element) === "label" ? (element as HTMLLabelElement).control : null;
    if (control) elements.add(control);
  }
  return elements;
}

/** The deepest element at a place of the viewport, through shadow roots and frames. */
export function deepestAt(root: Document | ShadowRoot, x: number, y: number): Element | null {
  const element = root.elementFromPoint(x, y);
  if (element === null || element.getRootNode() !== root) return null;
  const shadow = shadowOf(element);
  if (shadow !== null) return deepestAt(shadow, x, y) ?? element;
  const inside = localNameOf(element) === "iframe" ? (element as HTMLIFrameElement).contentDocument : null;
  if (inside === null) return element;
  const at = insetOf(element);
  return deepestAt(inside, (x - at.x) / at.scale, (y - at.y) / at.scale) ?? element;
}
