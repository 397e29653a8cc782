// The outline of a page that changes too much, or is too large, to be shown whole: its headings, links and controls in
// a list. Nothing is observed: the page is looked through now and then, and what differs is sent. What is said goes
// through the same walk and mask as the whole picture.
import { DOTS } from "../css";
import { type Name, STYLE, type Tag, URL_NUMBER } from "../whitelist";
import { attribute, find, findInFragment, hasAttribute, isConnected, localName, nodeType, shadowOf } from "./dom";
import { EDITOR, HIDDEN } from "./mask";
import {
  ATTRIBUTE,
  ATTRIBUTE_REMOVED,
  type Attributes,
  DOCUMENT,
  ELEMENT,
  type Frame,
  MOVE,
  REMOVE,
  SHEET,
  TEXT_CHANGE,
  TEXT_NODE,
} from "./tables";
import type { Walk } from "./walk";

const ITEMS_MAX = 600;
/** All together, so that any list fits into one frame. */
const CHARACTERS_MAX = 60_000;
const TEXT_MAX_CHARACTERS = 120;
/** So much of an element is looked at for what it says. */
const PIECES_MAX = 200;
const NAMES = /^(h[1-6]|a|button|input|select|textarea|summary)$/;
const FIELDS = /^(input|select|textarea)$/;
const ROLES = /^(button|link|heading|tab|menuitem)$/i;
/** What tells what a control is, and in which state. */
const TELLING = /^(:(?!popover)|aria-|role$|type$|disabled$|readonly$|required$|placeholder$|lang$|dir$)/;
const LABEL = /^(aria-label|title|alt)$/;
const RULE = "body>*{display:block;width:fit-content;margin:.5em 1em}";

/** One line of the list, as it is said. */
interface Item {
  element_: Element;
  tag_: Tag;
  said_: Attributes;
  text_: string;
  id_: number;
  textId_: number;
}

const nameOf = (name: Name): string => name.name_.split(" ")[1] as string;
const isCandidate = (element: Element): boolean =>
  NAMES.test(localName(element)) || ROLES.test(attribute(element, "role") ?? "");

export class Outline {
  readonly byId_ = new Map<number, Node>();
  readonly ids_ = new Map<Node, number>();
  /** How many elements there were when it was last looked. */
  private seen_ = 0;
  private body_ = 0;
  private list_: Item[] = [];
  private found_: Element[] = [];
  private looking_: Generator<Element> | undefined;

  constructor(
    private readonly walk_: Walk,
    private readonly nextId_: () => number,
    private readonly tagOf_: (name: string) => Tag | undefined,
  ) {}

  /** The picture in which the list will be. */
  begin_(frame: Frame): void {
    const root = this.nextId_();
    this.byId_.set(root, document);
    this.ids_.set(document, root);
    frame.add_(DOCUMENT, root, 0);
    const add = (name: string, parent: number): number => {
      const id = this.nextId_();
      frame.add_(ELEMENT, id, parent, 0, frame.tag_(this.tagOf_(name) as Tag), 0);
      return id;
    };
    const html = add("html", root);
    const style = add("style", add("head", html));
    frame.add_(SHEET, this.nextId_(), style, 0, 1, frame.style_(RULE));
    this.body_ = add("body", html);
  }

  /** Look for what is to be in the list, until `until`. True when the whole page was looked through. */
  look_(until: number): boolean {
    if (!this.looking_) {
      this.looking_ = this.elements_(document);
      this.found_ = [];
      this.seen_ = 0;
    }
    for (;;) {
      const { done, value } = this.looking_.next();
      if (done) break;
      if (isCandidate(value)) this.found_.push(value);
      if (!(++this.seen_ & 63) && performance.now() > until) return false;
    }
    this.looking_ = undefined;
    return true;
  }

  /** All elements, through open shadow roots. */
  private *elements_(root: Document | ShadowRoot): Generator<Element> {
    const all = nodeType(root) === 9 ? find(root as Document, "*") : findInFragment(root as ShadowRoot, "*");
    for (const element of all) {
      if (this.walk_.host_.isOwn(element)) continue;
      yield element;
      const shadow = shadowOf(element);
      if (shadow) yield* this.elements_(shadow);
    }
  }

  /** Send what differs from what was said. All in one go: what is said is what may be said now. */
  say_(frame: Frame): void {
    const before = new Map(this.list_.map((item) => [item.element_, item]));
    const list: Item[] = [];
    let characters = 0;
    for (const element of this.found_) {
      const item = this.item_(element);
      if (!item) continue;
      characters += item.text_.length + item.said_.join("").length;
      if (characters > CHARACTERS_MAX || list.length >= ITEMS_MAX) break;
      const old = before.get(element);
      if (old?.tag_ === item.tag_) {
        before.delete(element);
        this.change_(frame, old, item);
        list.push(old);
      } else list.push(item);
    }
    this.found_ = [];
    for (const { id_: id, element_: element } of before.values()) {
      frame.add_(REMOVE, id);
      this.byId_.delete(id);
      this.ids_.delete(element);
    }
    this.place_(frame, list);
    this.list_ = list;
  }

  /** What is new is inserted, and what stands elsewhere is moved; from the last to the first. */
  private place_(frame: Frame, list: readonly Item[]): void {
    const here = new Set(list);
    const old = this.list_.filter((item) => here.has(item));
    const moved = new Set<Item>();
    let next = 0;
    for (const item of [...list].reverse()) {
      while (moved.has(old[old.length - 1] as Item)) old.pop();
      if (item.id_ && old[old.length - 1] === item) old.pop();
      else if (item.id_) {
        moved.add(item);
        frame.add_(MOVE, item.id_, this.body_, next);
      } else this.insert_(frame, item, next);
      next = item.id_;
    }
  }

  private insert_(frame: Frame, item: Item, before: number): void {
    const { said_: said, tag_: tag, element_: element } = item;
    item.id_ = this.nextId_();
    this.byId_.set(item.id_, element);
    this.ids_.set(element, item.id_);
    frame.add_(ELEMENT, item.id_, this.body_, before, frame.tag_(tag), said.length / 2);
    for (const [name, value] of pairs(said)) frame.add_(frame.name_(name), frame.value_(name, value));
    this.text_(frame, item);
  }

  private text_(frame: Frame, item: Item): void {
    if (!item.text_) return;
    item.textId_ = this.nextId_();
    frame.add_(TEXT_NODE, item.textId_, item.id_, 0, frame.text_(item.text_));
  }

  private change_(frame: Frame, item: Item, next: Item): void {
    const old = pairs(item.said_);
    for (const [name, value] of pairs(next.said_)) {
      if (old.get(name) !== value) frame.add_(ATTRIBUTE, item.id_, frame.name_(name), frame.value_(name, value));
      old.delete(name);
    }
    for (const name of old.keys()) frame.add_(ATTRIBUTE_REMOVED, item.id_, frame.name_(name));
    const { text_: text } = item;
    item.said_ = next.said_;
    item.text_ = next.text_;
    if (text === next.text_) return;
    if (!text) this.text_(frame, item);
    else if (next.text_) frame.add_(TEXT_CHANGE, item.textId_, frame.text_(next.text_));
    else frame.add_(REMOVE, item.textId_);
  }

  /** The line of this element; undefined where it has none. */
  private item_(element: Element): Item | undefined {
    const { walk_: walk } = this;
    if (!isConnected(element) || hasAttribute(element, "hidden")) return undefined;
    const own = walk.mask_.own_(element);
    const bits = walk.mask_.bits_(element);
    const tag = walk.tag_(element, own);
    // What is in an editor is a value.
    if (!tag || bits & HIDDEN || (bits & EDITOR && !(own & EDITOR))) return undefined;
    const said: Attributes = [];
    let label = "";
    for (const [name, value] of pairs(walk.attributes_(element, tag, bits, own))) {
      const known = nameOf(name);
      if (LABEL.test(known)) label ||= brief(`${value}`);
      if (name.kind_ === URL_NUMBER || name.kind_ === STYLE || !TELLING.test(known)) continue;
      said.push(name, typeof value === "string" ? brief(value) : value);
    }
    const isField = FIELDS.test(localName(element));
    const text = isField || bits & EDITOR ? "" : this.textOf_(element, tag, bits) || label;
    return text || isField || bits & EDITOR
      ? { element_: element, tag_: tag, said_: said, text_: text, id_: 0, textId_: 0 }
      : undefined;
  }

  /** What is written in an element, but for what has a line of its own. */
  private textOf_(element: Element, tag: Tag, bits: number): string {
    const { walk_: walk } = this;
    let text = "";
    let pieces = 0;
    const read = (node: Node, tag: Tag | undefined, bits: number): void => {
      for (const child of walk.children_(node, tag, bits)) {
        if (!("nodeType" in child) || ++pieces > PIECES_MAX || text.length > TEXT_MAX_CHARACTERS) continue;
        const type = nodeType(child);
        const all = walk.mask_.bits_(child);
        if (type === 3 || type === 4) text += walk.text_(child, all);
        else if (type === 11) read(child, undefined, all);
        else if (type === 1 && !isCandidate(child as Element)) {
          const own = walk.mask_.own_(child as Element);
          const tag = walk.tag_(child as Element, own);
          if (!tag || tag.tag_ === "placeholder") continue;
          if (tag.tag_ === "img") {
            for (const [name, value] of pairs(walk.attributes_(child as Element, tag, all, own)))
              if (nameOf(name) === "alt") text += value;
          } else read(child, tag, all);
        }
      }
    };
    read(element, tag, bits);
    // How many pieces are masked tells of a length.
    return text.includes(DOTS) ? DOTS : brief(text);
  }
}

/** In one line, and without halves of characters. */
const brief = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, TEXT_MAX_CHARACTERS)
    .replace(/\p{Surrogate}/gu, "\ufffd");

function pairs(list: Attributes): Map<Name, string | number> {
  const map = new Map<Name, string | number>();
  for (let at = 0; at < list.length; at += 2) map.set(list[at] as Name, list[at + 1] as string | number);
  return map;
}
