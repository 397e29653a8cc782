// What is private. Each node has a set of bits that it hands down the flat tree: through shadow hosts, and through the
// slot it is shown in. Explicit masking can't be undone further down; `show` only lifts the mask of private sites and
// of fields.
import type { CustomerPolicy } from "../../protocol";
import {
  attribute,
  attributeNames,
  documentOf,
  findInFragment,
  inputType,
  localName,
  matches,
  nodeType,
  slotOf,
  textSlotOf,
  upOf,
} from "./dom";

export const MASKED = 1;
export const SHOWN = 2;
export const NO_CONTROL = 4;
export const HIDDEN = 8;
/** Inside a widget whose state is a value: its `data-*` stay here. */
export const WIDGET = 16;
/** The content is a value: of the element itself, and of what is slotted into it. */
export const EDITOR = 32;

export const BUTTON = 1;
export const FIELD = 2;
export const EDITABLE = 3;

const BUTTON_TYPES = /^(submit|button|reset|image)$/i;
const EDITOR_ROLES = /\b(textbox|searchbox|combobox|spinbutton)\b/i;
const WIDGET_ROLES = /\b(checkbox|radio|switch|option|listbox|slider|menuitemcheckbox|menuitemradio)\b/i;
const FIELDS = /^(input|select|textarea)$/;
/** Elements that may have bits by themselves, and attributes that may give them some, whatever the policy says. */
export const SPECIAL = new Set([
  "input",
  "select",
  "textarea",
  "output",
  "body",
  "role",
  "contenteditable",
  "data-cobrowse",
]);
/** A way to be chosen from others: where the focus is tells which was. */
const CHOICE = /^(radio|option)$/i;
const SLIDER = /^(range|slider)$/i;
const SECRET_AUTOCOMPLETE = /(^|\s)(current-password|new-password|one-time-code|cc-\S+)(\s|$)/i;
const CODE_OR_PASSWORD = /password|one-time-code/i;
const SECRET_NAME =
  /cvc|cvv|card.?(no|num)|cc.?num|credit.?card|security.?code|passw|passcode|(^|[^a-z])(t?otp|pin|tan|csc)([^a-z]|$)/i;

/** Once a password, always one, whatever becomes of the picture; by name too, since pages put another in its place. */
const passwords = new WeakSet<Element>();
const passwordNames = new Set<string>();
/** A field that turns into a button stays a field. */
const fields = new WeakSet<Element>();

export class Mask {
  private readonly selectors_: readonly string[];
  private readonly any_: string;
  /** What the policy names. */
  readonly named_: string;
  /** What elements have by themselves, and all bits of slots, for as long as nothing changes. */
  private known_ = new Map<Element, number>();
  private slots_ = new Map<Element, number>();

  /** Throws where a selector of the policy is not valid. */
  constructor(private readonly policy_: CustomerPolicy) {
    const fragment = document.createDocumentFragment();
    const named = [policy_.mask, policy_.show, policy_.no_control, policy_.hide];
    this.selectors_ = named.map((selectors, at) => {
      // Each by itself: joined, two broken ones could mend each other.
      for (const selector of selectors) findInFragment(fragment, selector);
      return [`[data-cobrowse~=${["mask", "show", "no-control", "hide"][at]}]`, ...selectors].join();
    });
    this.any_ = this.selectors_.join();
    this.named_ = named.flat().join();
  }

  /** The page may have changed since. */
  forget_(): void {
    this.known_ = new Map();
    this.slots_ = new Map();
  }

  /** The bits that the element has by itself. */
  own_(element: Element): number {
    const known = this.known_.get(element);
    if (known !== undefined) return known;
    const bits = this.find_(element);
    this.known_.set(element, bits);
    return bits;
  }

  private find_(element: Element): number {
    const name = localName(element);
    let bits = 0;
    // One look is enough for nearly all.
    const isSpecial = SPECIAL.has(name) || attributeNames(element).some(SPECIAL.has, SPECIAL);
    if (!isSpecial && !(this.named_ && matches(element, this.named_))) return 0;
    for (const [at, selector] of this.selectors_.entries()) if (matches(element, selector)) bits |= 1 << at;
    const role = attribute(element, "role");
    const editable = attribute(element, "contenteditable");
    const isField = FIELDS.test(name);
    if (isField || (role && WIDGET_ROLES.test(role))) bits |= WIDGET;
    if (
      (!isField && ((editable !== null && !/^false$/i.test(editable)) || (role && EDITOR_ROLES.test(role)))) ||
      (name === "body" && documentOf(element)?.designMode === "on")
    )
      bits |= EDITOR;
    // It says what fields hold.
    if (name === "output" && !(bits & SHOWN)) bits |= MASKED;
    return bits;
  }

  /** The elements below `root` that have bits by themselves. */
  withOwn_(root: Document | ShadowRoot, find: (root: never, selector: string) => Iterable<Element>): Iterable<Element> {
    return find(root as never, this.any_);
  }

  /** All bits of a node; `known` saves the climb, and must know what holds now. */
  bits_(node: Node, known?: (node: Node) => number | undefined): number {
    const type = nodeType(node);
    const up = upOf(node);
    const slot = type === 1 ? slotOf(node as Element) : type === 3 ? textSlotOf(node as Text) : null;
    let bits = type === 1 ? this.own_(node as Element) : 0;
    if (up) bits |= known?.(up) ?? this.bits_(up, known);
    if (slot) bits |= this.ofSlot_(slot);
    return bits;
  }

  /** A slot is elsewhere in the tree, and may have moved there without being looked at yet: it is asked itself. */
  private ofSlot_(slot: Element): number {
    const bits = this.slots_.get(slot) ?? this.bits_(slot);
    this.slots_.set(slot, bits);
    return bits;
  }

  /** True where texts are not to be read. */
  hides_(bits: number): boolean {
    if (bits & (MASKED | HIDDEN)) return true;
    if (bits & EDITOR && !this.policy_.show.length) return true;
    return !(bits & SHOWN) && (this.policy_.private || !!(bits & EDITOR));
  }

  /** BUTTON, FIELD, EDITABLE (its content is a value) or 0. */
  kind_(element: Element): number {
    const tag = localName(element);
    if (tag === "input") {
      const type = inputType(element as HTMLInputElement);
      if (!fields.has(element) && BUTTON_TYPES.test(type)) return BUTTON;
      this.wasField_(element, type);
      return FIELD;
    }
    if (tag === "textarea" || tag === "select") return FIELD;
    return this.own_(element) & EDITOR ? EDITABLE : 0;
  }

  /** True where what the field holds may be shown. */
  shows_(field: Element, bits: number): boolean {
    // The hub takes no value of a site whose policy shows none, whatever the page's own markup says.
    return !!this.policy_.show.length && (bits & (SHOWN | MASKED)) === SHOWN && !this.isSecret_(field);
  }

  /** The element is an input of this type, or was. */
  wasField_(input: Element, type: string): void {
    if (!BUTTON_TYPES.test(type)) fields.add(input);
    if (!/^password$/i.test(type) || passwords.has(input)) return;
    passwords.add(input);
    for (const name of namesOf(input)) passwordNames.add(name);
  }

  /** A password, a one-time code or a card: never shown, by no setting. */
  isSecret_(field: Element): boolean {
    return (
      namesOf(field).some((name) => SECRET_NAME.test(name)) ||
      SECRET_AUTOCOMPLETE.test(attribute(field, "autocomplete") ?? "") ||
      this.isPassword_(field)
    );
  }

  /** A password or a one-time code. */
  isPassword_(field: Element): boolean {
    if (localName(field) === "input") this.wasField_(field, inputType(field as HTMLInputElement));
    return (
      passwords.has(field) ||
      namesOf(field).some((name) => passwordNames.has(name)) ||
      CODE_OR_PASSWORD.test(attribute(field, "autocomplete") ?? "")
    );
  }

  /** A radio or an option: one of several of which one is chosen. */
  isChoice_(element: Element): boolean {
    return CHOICE.test(roleOf(element));
  }

  /** How it is drawn says what it holds. */
  isSlider_(element: Element): boolean {
    return SLIDER.test(roleOf(element));
  }
}

const roleOf = (element: Element): string =>
  attribute(element, "role") ?? (localName(element) === "input" ? inputType(element as HTMLInputElement) : "");

const namesOf = (field: Element): string[] =>
  ["name", "id"].map((name) => attribute(field, name) ?? "").filter(Boolean);
