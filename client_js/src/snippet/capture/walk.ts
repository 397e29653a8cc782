// What of a node leaves the tab: its element name, its attributes, its text, its children. Snapshot, ops and digest all
// ask here, so what one withholds none sends.
import type { CustomerPolicy } from "../../protocol";
import { judge } from "../../shared/addresses";
import { DOTS } from "../css";
import { type Tag, tagOf } from "../whitelist";
import { attributesOf, numberedIn } from "./attributes";
import { Sheet } from "./cssom";
import {
  addressOf,
  adoptedBy,
  attribute,
  contentOf,
  dataOf,
  documentOf,
  findIn,
  firstChild,
  frameOf,
  HTML,
  hasAttribute,
  inputType,
  linkSheet,
  localName,
  namespaceOf,
  nextSibling,
  nodeType,
  parentOf,
  SVG,
  shadowOf,
} from "./dom";
import { BUTTON, EDITABLE, HIDDEN, Mask } from "./mask";
import { isLetter, isMoreText, isNextLetter, isText } from "./runs";
import { Stills } from "./stills";
import type { Attributes } from "./tables";

/** What a picture is made of: nodes, and sheets in their places. */
export type Part = Node | Sheet;

export interface WalkHost {
  readonly policy: CustomerPolicy;
  assetNumber(url: string, kind: "image" | "font" | "style", node?: Element): number;
  isOwn(node: Node): boolean;
}

export const PLACEHOLDERS: Record<string, string> = { audio: "audio", object: "embed", embed: "embed" };
export const TEXT_MAX_CHARACTERS = 60_000;
/** Frames whose documents are shared, and how deep they may nest: below the hub's limits. */
const FRAMES_MAX = 250;
const FRAME_DEPTH_MAX = 7;
/** Its document has no address of its own: it has that of what it is in. */
const BLANK = /^about:(blank|srcdoc)([?#]|$)/;
const ADDRESSED = /^\s*(?!about:|javascript:)\S/i;
/** Where white space between elements is never drawn. */
const NO_SPACE = /^(html|head|select|table|tbody|thead|tfoot|tr|colgroup|ul|ol|dl|svg|g|defs)$/;
/** No control of one line is higher. */
const LINE_MOST_PX = 64;
/** What is in these is not drawn, or says what they hold. */
const NO_INSIDE = /^(textarea|input|progress|meter|canvas|video)$/;

/** Elements that are more than their attributes and what is in them. */
const MORE =
  /^(svg:.*|area|img|dialog|option|placeholder|audio|object|embed|input|link|iframe|style|select|textarea|progress|meter|canvas|video)$/;
const LOOKED = 1;
/** It is no more than its attributes and what is in it. */
export const SIMPLE = 2;
export const SPACELESS = 4;
/** Its state changes without a mutation. */
export const POLLED = 8;

/** What the name of an element alone says of it, found out once. */
export function lookOf(tag: Tag): number {
  const { tag_: name } = tag;
  tag.look_ ||=
    LOOKED |
    (MORE.test(name) ? 0 : SIMPLE) |
    (NO_SPACE.test(name.replace("svg:", "")) ? SPACELESS : 0) |
    (/^(body|input|textarea|select|option|dialog|link|canvas|placeholder)$/.test(name) ? POLLED : 0);
  return tag.look_;
}

/** Fit for JSON: without halves of characters. */
export const whole = (text: string, max: number): string => text.slice(0, max).toWellFormed();

/** How high a combobox made of boxes is while it is closed; 0 where that is not known yet. Told once: what it holds later
 * changes nothing of it. */
const lines = new WeakMap<Element, number>();

export class Walk {
  readonly mask_: Mask;
  /** Linked sheets that the page changed by script. */
  readonly changed_ = new WeakSet<CSSStyleSheet>();
  private readonly sizes_ = new WeakMap<Element, readonly [width: number, height: number, hidden: number]>();
  private readonly own_ = new WeakMap<Node, Sheet>();
  private readonly frames_ = new Set<Element>();
  readonly stills_: Stills;
  private readonly adopted_ = new WeakMap<Node, Map<CSSStyleSheet, Sheet>>();
  private readonly resizes_: ResizeObserver;

  /** `onResize` hears of placeholders whose size became known or changed. */
  constructor(
    readonly host_: WalkHost,
    onResize: (element: Element) => void,
  ) {
    this.mask_ = new Mask(host_.policy);
    this.stills_ = new Stills(host_);
    // Sizes come from here, since asking for a box would force a layout in the middle of the walk.
    this.resizes_ = new ResizeObserver((entries) => {
      for (const {
        target,
        borderBoxSize: [box],
      } of entries) {
        const hidden = this.mask_.own_(target) & HIDDEN;
        let line = lines.get(target);
        if (line === 0) {
          line = lineOf(target);
          lines.set(target, line);
        }
        // What is hidden has the size that it was given, or none: else it would tell how much is in it.
        const side = (name: string, px = 0) => (hidden && given(target, name) < 0 ? -1 : Math.round(px));
        this.sizes_.set(target, [side("width", box?.inlineSize), side("height", box?.blockSize), hidden]);
        if (line !== 0) onResize(target);
      }
    });
  }

  stop_(): void {
    this.resizes_.disconnect();
  }

  /** The element's name on the wire, or undefined where it stays here with all that is in it. */
  tag_(element: Element, own: number): Tag | undefined {
    if (this.host_.isOwn(element)) return undefined;
    const name = localName(element);
    const space = namespaceOf(element);
    if (space === SVG && name === "style") return tagOf(own & HIDDEN ? "svg:g" : name);
    if (space === SVG && name !== "svg") return tagOf(own & HIDDEN || name === "a" ? "svg:g" : `svg:${name}`);
    if (space === SVG) return tagOf(own & HIDDEN ? "placeholder" : "svg:svg");
    if (space !== HTML) return undefined;
    if (PLACEHOLDERS[name] || (own & HIDDEN && tagOf(name))) return tagOf("placeholder");
    if (name === "placeholder" || (name === "input" && inputType(element as HTMLInputElement) === "hidden"))
      return undefined;
    if (name === "link" && !/(^|\s)stylesheet(\s|$)/i.test(attribute(element, "rel") ?? "")) return undefined;
    return tagOf(name);
  }

  /** The text of a text node as it leaves. */
  text_(node: Node, bits: number): string {
    const data = dataOf(node as Text);
    if (!this.mask_.hides_(bits)) return whole(data, TEXT_MAX_CHARACTERS);
    // White space says nothing, and dots between blocks would tear the page apart.
    return /\S/.test(data) ? DOTS : data && " ";
  }

  /** The parts below a node, in the order of the wire. `raw`: with those nodes that turn out to stay here; of those that
   * are `known` it is known that they leave. */
  children_(part: Part, tag: Tag | undefined, bits: number, raw = false, known?: (child: Node) => boolean): Part[] {
    const list: Part[] = [];
    if (tag) {
      const element = part as Element;
      const name = localName(element);
      if (tag.tag_ === "placeholder" || NO_INSIDE.test(name) || this.isOpaque_(element, bits)) return list;
      if (name === "iframe") {
        const inside = this.documentIn_(element);
        return inside ? [inside] : list;
      }
      if (name === "style" || (name === "link" && this.hasRules_(element as HTMLLinkElement, bits))) {
        let sheet = this.own_.get(element);
        if (!sheet) {
          sheet = new Sheet(element);
          this.own_.set(element, sheet);
        }
        return [sheet];
      }
      if (name === "link") return list;
      const shadow = shadowOf(element);
      if (shadow) list.push(shadow);
    } else if (part instanceof Sheet || nodeType(part) < 9) return list;
    else this.addAdopted_(part as Document | ShadowRoot, list);
    for (let child = firstChild(part as Node); child; child = nextSibling(child)) {
      if (raw || known?.(child) || this.leaves_(child, part as Node, bits)) list.push(child);
    }
    return list;
  }

  /** Whether a child of a node leaves with it; `bits` are the node's. */
  leaves_(node: Node, parent: Node, bits: number): boolean {
    const type = nodeType(node);
    const letter = isLetter(node);
    if (type === 1 && !this.tag_(node as Element, this.mask_.own_(node as Element))) return false;
    if (type === 1 ? !letter : !isText(node)) return type === 1;
    if (
      !letter &&
      nodeType(parent) === 1 &&
      NO_SPACE.test(localName(parent as Element)) &&
      !/\S/.test(dataOf(node as Text))
    )
      return false;
    // What is slotted may be masked by its slot alone.
    if (!this.mask_.hides_(bits)) {
      if (nodeType(parent) !== 1 || !shadowOf(parent as Element)) return true;
      if (!this.mask_.hides_(this.mask_.bits_(node))) return true;
    }
    return letter ? !isNextLetter(node as Element) : !isMoreText(node as Text);
  }

  /** What is in it is a value, or hidden. */
  isOpaque_(element: Element, bits: number): boolean {
    return (
      !!(bits & HIDDEN) ||
      (localName(element) === "select" && this.mask_.hides_(bits)) ||
      (this.mask_.kind_(element) === EDITABLE && !this.mask_.shows_(element, bits))
    );
  }

  /** The sheet of this link leaves as rules: the page changed it, or what it says is masked. */
  hasRules_(link: HTMLLinkElement, bits: number): boolean {
    return this.mask_.hides_(bits) || this.changed_.has(linkSheet(link) as CSSStyleSheet);
  }

  /** The document in a frame, where it may be shared: the page may read it, and it stands at no denied address. */
  documentIn_(frame: Element): Document | null {
    const inside = contentOf(frame);
    let depth = 0;
    for (let at: Element | undefined = frame; at; at = frameOf(documentOf(at) as Document)) depth++;
    if (!inside || depth > FRAME_DEPTH_MAX || this.isComing_(frame, inside) || !this.mayShare_(addressOf(inside))) {
      this.frames_.delete(frame);
      return null;
    }
    if (!this.frames_.has(frame) && this.frames_.size >= FRAMES_MAX)
      for (const each of this.frames_) if (!contentOf(each)) this.frames_.delete(each);
    if (this.frames_.size >= FRAMES_MAX && !this.frames_.has(frame)) return null;
    this.frames_.add(frame);
    return inside;
  }

  /** What is there is not yet what the frame asks for. */
  isComing_(frame: Element, inside = contentOf(frame)): boolean {
    return (
      !!inside &&
      addressOf(inside) === "about:blank" &&
      (attribute(frame, "srcdoc") !== null || ADDRESSED.test(attribute(frame, "src") ?? ""))
    );
  }

  /** What it is in is shared, so it is of this origin where it has no address of its own. */
  private mayShare_(address: string): boolean {
    return BLANK.test(address) || (new URL(address).origin === location.origin && !judge(this.host_.policy, address));
  }

  private addAdopted_(root: Document | ShadowRoot, list: Part[]): void {
    const now = adoptedBy(root);
    if (!now.length) return;
    const sheets = this.adopted_.get(root) ?? new Map<CSSStyleSheet, Sheet>();
    this.adopted_.set(root, sheets);
    for (const adopted of new Set(now)) {
      const sheet = sheets.get(adopted) ?? new Sheet(root, adopted);
      sheets.set(adopted, sheet);
      list.push(sheet);
    }
  }

  /** The attributes that leave, of an element that leaves as `tag`. */
  attributes_(element: Element, tag: Tag, bits: number, own: number): Attributes {
    return attributesOf(this, element, tag, bits, own);
  }

  numbered_(element?: Element, masked = false) {
    return numberedIn(this, element, masked);
  }

  /** The size of a placeholder; -1 where it is not to be told. */
  sizeOf_(element: Element, own: number): readonly [number, number] {
    const size = this.sizes_.get(element);
    // What it was while it was shown is not told of what is hidden now. Who observes again is told again.
    if (size?.[2] === (own & HIDDEN)) return [size[0], size[1]];
    this.resizes_.unobserve(element);
    this.resizes_.observe(element, { box: "border-box" });
    return own & HIDDEN ? [-1, -1] : [0, 0];
  }

  /** What a closed combobox made of boxes is given for its height: its inside stays here, and that is what holds it open. */
  lineOf_(element: Element): string {
    const px = lines.get(element);
    if (!px && attribute(element, "role") === "combobox") {
      lines.set(element, 0);
      this.resizes_.observe(element);
    }
    return px ? `min-height:${px}px` : "";
  }

  /** The element is a field, or in one, whose inside is nobody's business. */
  isField_(element: Element): boolean {
    return this.mask_.kind_(element) > BUTTON;
  }
}

/** The size in px that the site gave this element, or -1. Asked only when the layout is done. */
function given(element: Partial<Element>, side: string): number {
  const value = element.computedStyleMap?.().get(side) as CSSUnitValue | undefined;
  return value?.unit === "px" ? value.value : -1;
}

/** How high a closed combobox is at least, whatever is chosen: by what is around its input. By the site's rules alone,
 * since scripts write sizes that follow what is typed. */
function lineOf(box: Element): number {
  let most = 0;
  for (let at = findIn(box, "input"); at && at !== box; at = parentOf(at) as Element) {
    if (!hasAttribute(at, "style")) most = Math.max(most, given(at, "min-height"));
  }
  return most > LINE_MOST_PX ? 0 : ~~most;
}
