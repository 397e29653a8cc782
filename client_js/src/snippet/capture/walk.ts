// What of a node leaves the tab: its element name, its attributes, its text, its children. Snapshot, ops and digest all
// ask here, so what one withholds none sends.
import type { CustomerPolicy } from "../../protocol";
import { DOTS, rewrite } from "../css";
import { FLAG, type Name, NUMBER, STYLE, type Tag, TEXT, TOKEN_CHARACTERS, tagOf, URL_NUMBER } from "../whitelist";
import { Sheet } from "./cssom";
import {
  areaValue,
  attribute,
  closest,
  cssText,
  dataOf,
  firstChild,
  HTML,
  hasAttribute,
  imageComplete,
  imageSource,
  imageWidth,
  inputChecked,
  inputIndeterminate,
  inputType,
  inputValue,
  linkAddress,
  linkSheet,
  localName,
  matches,
  namesOf,
  namespaceOf,
  nextSibling,
  nodeType,
  optionSelected,
  SVG,
  selectValue,
  shadowOf,
  styleOf,
  svgStyleOf,
} from "./dom";
import { BUTTON, EDITABLE, FIELD, HIDDEN, MASKED, Mask, WIDGET } from "./mask";
import { isLetter, isMoreText, isNextLetter, isText } from "./runs";
import type { Attributes } from "./tables";

/** What a picture is made of: nodes, and sheets in their places. */
export type Part = Node | Sheet;

export interface WalkHost {
  readonly policy: CustomerPolicy;
  assetNumber(url: string, kind: "image" | "font" | "style", node?: Element): number;
  isOwn(node: Node): boolean;
}

type Put = (name: string, value: string | number) => void;

const PLACEHOLDERS: Record<string, string> = {
  iframe: "frame",
  frame: "frame",
  video: "video",
  audio: "audio",
  canvas: "canvas",
  object: "embed",
  embed: "embed",
};
const TEXT_MAX_CHARACTERS = 60_000;
/** Their sizes often follow what is in them. */
const SIZES = /(^|[;\s])(min-|max-)?(width|height|(inline|block)-size):[^;]*/g;
/** Numbers that a person reads, and those that follow a text's length. */
const TELLING = /^(datetime|textLength|rotate|dx|dy|value|start|max)$/;
/** Says nothing: there is no text between the tags. */
const NO_TEXT = /^(\s*<[^>]*>)*\s*$/;
const LOCAL_ID = /^#(\S{1,500})$/;
const LOADS = /\\|(url|src|image|image-set|expression)\(/i;
const LOCAL_URL = /^\s*url\(\s*(["']?)#[a-z_][\w.:-]*\1\s*\)[^()\\]*$/i;
/** Where white space between elements is never drawn. */
const NO_SPACE = /^(html|head|select|table|tbody|thead|tfoot|tr|colgroup|ul|ol|dl|svg|g|defs)$/;

/** Fit for JSON: without halves of characters. */
const whole = (text: string, max: number): string => text.slice(0, max).replace(/\p{Surrogate}/gu, "\ufffd");

/** `rows`, `cols` and `size` of fields as they were first: later they may follow what is typed. */
const firstSizes = new WeakMap<Element, Map<string, number>>();

export class Walk {
  readonly mask_: Mask;
  /** Linked sheets that the page changed by script. */
  readonly changed_ = new WeakSet<CSSStyleSheet>();
  private readonly sizes_ = new WeakMap<Element, readonly [number, number]>();
  private readonly own_ = new WeakMap<Node, Sheet>();
  private readonly adopted_ = new WeakMap<Node, Map<CSSStyleSheet, Sheet>>();
  private readonly resizes_: ResizeObserver;

  /** `onResize` hears of placeholders whose size became known or changed. */
  constructor(
    readonly host_: WalkHost,
    onResize: (element: Element) => void,
  ) {
    this.mask_ = new Mask(host_.policy);
    // Sizes come from here, since asking for a box would force a layout in the middle of the walk.
    this.resizes_ = new ResizeObserver((entries) => {
      for (const { target, borderBoxSize } of entries) {
        const [box] = borderBoxSize;
        const hidden = this.mask_.own_(target) & HIDDEN;
        // What is hidden has the size that it was given, or none: else it would tell how much is in it.
        const side = (name: string, px = 0) => (!hidden || isGiven(target, name) ? Math.round(px) : -1);
        this.sizes_.set(target, [side("width", box?.inlineSize), side("height", box?.blockSize)]);
        onResize(target);
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

  /** The parts below a node, in the order of the wire. `raw`: with those nodes that turn out to stay here. */
  children_(part: Part, tag: Tag | undefined, bits: number, raw = false): Part[] {
    const list: Part[] = [];
    if (part instanceof Sheet) return list;
    const type = nodeType(part);
    if (type === 1) {
      const element = part as Element;
      const name = localName(element);
      if (
        !tag ||
        tag.tag_ === "placeholder" ||
        /^(textarea|input|progress|meter)$/.test(name) ||
        this.isOpaque_(element, bits)
      )
        return list;
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
    } else if (type === 9 || type === 11) this.addAdopted_(part as Document | ShadowRoot, list);
    else return list;
    for (let child = firstChild(part); child; child = nextSibling(child)) {
      if (raw || this.leaves_(child, part, bits)) list.push(child);
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
      if (!this.mask_.hides_(this.mask_.bits_(node, () => undefined))) return true;
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
  private hasRules_(link: HTMLLinkElement, bits: number): boolean {
    return this.mask_.hides_(bits) || this.changed_.has(linkSheet(link) as CSSStyleSheet);
  }

  private addAdopted_(root: Document | ShadowRoot, list: Part[]): void {
    if (!root.adoptedStyleSheets.length) return;
    const sheets = this.adopted_.get(root) ?? new Map<CSSStyleSheet, Sheet>();
    this.adopted_.set(root, sheets);
    for (const adopted of new Set(root.adoptedStyleSheets)) {
      const sheet = sheets.get(adopted) ?? new Sheet(root, adopted);
      sheets.set(adopted, sheet);
      list.push(sheet);
    }
  }

  /** The attributes that leave, of an element that leaves as `tag`. */
  attributes_(element: Element, tag: Tag, bits: number, own: number): Attributes {
    const list: Attributes = [];
    const names = tag.names_;
    const masked = this.mask_.hides_(bits);
    const put: Put = (name, value) => {
      const known = names.get(name) as Name;
      // Of these, 0 says more than nothing.
      if (known && (value || known.kind_ !== FLAG || /^:(filled|checked)$/.test(name))) list.push(known, value);
    };
    for (const name of new Set(namesOf(element))) {
      const known = names.get(name);
      if (known && name[0] !== ":") this.addWritten_(list, element, known, name, tag, bits, masked);
    }
    if (own & MASKED) put(":masked", 1);
    if (tag.tag_ === "placeholder") this.addPlaceholder_(put, element, own);
    else if (tag.tag_.startsWith("svg:")) this.addSvg_(put, element, tag.tag_, masked);
    else this.addHtml_(put, element, bits, masked);
    return list;
  }

  private addWritten_(
    list: Attributes,
    element: Element,
    known: Name,
    name: string,
    tag: Tag,
    bits: number,
    masked: boolean,
  ): void {
    const kind = known.kind_;
    if (masked && TELLING.test(name)) return;
    if (kind === FLAG) list.push(known, 1);
    else if (kind === STYLE) {
      // As the browser understood it: what it dropped needs no second look.
      const style = cssText((namespaceOf(element) === SVG ? svgStyleOf : styleOf)(element as HTMLElement & SVGElement));
      // A value is drawn with these, too: in custom properties, as the place of a thumb or the length of a bar.
      const drawn = !!(bits & WIDGET) || this.isField_(element);
      if (drawn && this.mask_.isSlider_(element)) return;
      const sized = drawn ? style.replace(SIZES, "$1") : style;
      const css = rewrite(sized, document.baseURI, this.numbered_(element, masked), false, masked || drawn);
      if (css.length <= TEXT_MAX_CHARACTERS) list.push(known, whole(css, TEXT_MAX_CHARACTERS));
    } else if (kind !== URL_NUMBER) {
      let value = attribute(element, name) ?? "";
      // One place for each letter.
      if (masked && /^[xy]$/.test(name)) value = value.trim().split(/[\s,]/)[0] as string;
      if (kind === NUMBER) {
        const n = firstSize(element, name, Number.parseInt(value, 10));
        if (Math.abs(n) < 1e6) list.push(known, n);
      } else if (kind === TEXT) {
        // A field's title often repeats what does not fit into it.
        const hidden = masked || (name === "title" && this.isField_(element));
        list.push(known, hidden ? value && DOTS : whole(value, TEXT_MAX_CHARACTERS));
      } else if (this.mayToken_(tag.tag_, name, value, bits)) list.push(known, whole(value, TOKEN_CHARACTERS));
    }
  }

  private mayToken_(tag: string, name: string, value: string, bits: number): boolean {
    // These two are said by the browser's own understanding of them.
    if (value.length > TOKEN_CHARACTERS || /^(input type|link rel)$/.test(`${tag} ${name}`)) return false;
    // With these, pages say which one is chosen.
    if (bits & WIDGET && /^(data-|tabindex)/.test(name)) return false;
    return tag[3] !== ":" || !LOADS.test(value) || LOCAL_URL.test(value);
  }

  numbered_(element?: Element, masked = false) {
    return (url: string, kind: "image" | "font" | "style") =>
      masked && saysText(url) ? 0 : this.host_.assetNumber(url, kind, element);
  }

  private addPlaceholder_(put: Put, element: Element, own: number): void {
    const name = localName(element);
    const size = this.sizes_.get(element);
    if (!size) this.resizes_.observe(element, { box: "border-box" });
    put(":reason", own & HIDDEN ? "hidden" : (PLACEHOLDERS[name] as string));
    put(":tag", name);
    const [width, height] = size ?? (own & HIDDEN ? [-1, -1] : [0, 0]);
    if (width >= 0) put(":width", width);
    if (height >= 0) put(":height", height);
  }

  private addSvg_(put: Put, element: Element, tag: string, masked: boolean): void {
    const href = attribute(element, "href") ?? attribute(element, "xlink:href") ?? "";
    if (tag === "svg:use") {
      const id = LOCAL_ID.exec(href)?.[1];
      if (id) put(":local-href", id);
    } else if (tag === "svg:image" && href) this.putAsset_(put, "href", element, href, masked);
  }

  private putAsset_(put: Put, name: string, element: Element, address: string, masked: boolean): void {
    // Not an address: it names nothing.
    if (!URL.canParse(address, document.baseURI)) return;
    const kind = localName(element) === "link" ? "style" : "image";
    const n = this.numbered_(element, masked)(new URL(address, document.baseURI).href, kind);
    if (n) put(name, n);
  }

  private addHtml_(put: Put, element: Element, bits: number, masked: boolean) {
    const name = localName(element);
    if (name === "a" || name === "area") put(":link", +hasAttribute(element, "href"));
    else if (name === "img") {
      const image = element as HTMLImageElement;
      // A lazy one that has not come yet is marked when it does.
      const source = imageSource(image);
      if (source && imageComplete(image) && imageWidth(image)) this.putAsset_(put, "src", element, source, masked);
    } else if (name === "link") {
      const sheet = linkSheet(element as HTMLLinkElement);
      put("rel", "stylesheet");
      if (sheet && !sheet.disabled && !this.hasRules_(element as HTMLLinkElement, bits)) {
        this.putAsset_(put, "href", element, linkAddress(element as HTMLLinkElement), masked);
      }
    } else if (name === "dialog") put(":modal", +matches(element, ":modal"));
    else if (name === "option") this.addOption_(put, element as HTMLOptionElement, bits);
    else this.addField_(put, element, bits, masked);
    if (hasAttribute(element, "popover")) put(":popover", +matches(element, ":popover-open"));
  }

  private addOption_(put: Put, option: HTMLOptionElement, bits: number): void {
    const select = closest(option, "select");
    if (select && this.mask_.shows_(select, bits)) put(":selected", +optionSelected(option));
  }

  private addField_(put: Put, element: Element, bits: number, masked: boolean) {
    const kind = this.mask_.kind_(element);
    if (!kind) return;
    const name = localName(element);
    const shown = this.mask_.shows_(element, bits);
    if (kind === EDITABLE) {
      put(":filled", +isFilled(element));
      return;
    }
    if (name === "select") {
      put(":filled", +!!selectValue(element as HTMLSelectElement));
      return;
    }
    if (name === "textarea") {
      const value = areaValue(element as HTMLTextAreaElement);
      put(":filled", +!!value);
      if (shown) put(":value", whole(value, TEXT_MAX_CHARACTERS));
      return;
    }
    const input = element as HTMLInputElement;
    const type = inputType(input);
    put("type", type);
    const value = inputValue(input);
    if (kind === BUTTON) {
      // What a button says is a label.
      if (type === "image") this.putAsset_(put, "src", element, attribute(element, "src") ?? "", masked);
      else if (hasAttribute(element, "value")) put(":label", masked ? DOTS : whole(value, TEXT_MAX_CHARACTERS));
    } else if (/^(checkbox|radio)$/.test(type)) {
      if (shown) {
        put(":checked", +inputChecked(input));
        put(":indeterminate", +inputIndeterminate(input));
      }
    } else {
      put(":filled", +!!value);
      if (shown && type !== "file") put(":value", whole(value, TEXT_MAX_CHARACTERS));
    }
  }

  /** The element is a field, or in one, whose inside is nobody's business. */
  isField_(element: Element): boolean {
    const kind = this.mask_.kind_(element);
    return kind === FIELD || kind === EDITABLE;
  }
}

/** The site gave this element a size of its own. Asked only when the layout is done. */
function isGiven(element: Element, side: string): boolean {
  const map = (element as Partial<Element>).computedStyleMap?.call(element);
  return (map?.get(side) as CSSUnitValue | undefined)?.unit === "px";
}

function firstSize(element: Element, name: string, n: number): number {
  if (!/^(rows|cols|size)$/.test(name)) return n;
  const sizes = firstSizes.get(element) ?? new Map<string, number>();
  firstSizes.set(element, sizes.set(name, sizes.get(name) ?? n));
  return sizes.get(name) as number;
}

/** A picture within an address that has text in it. */
function saysText(url: string): boolean {
  const [, coded, body = ""] = /^data:image\/svg[^,]*?(;base64)?,(.*)$/is.exec(url) ?? [];
  try {
    return !!body && !NO_TEXT.test(coded ? atob(body) : decodeURIComponent(body));
  } catch {
    return true;
  }
}

/** Whether an editable element holds anything. */
function isFilled(element: Element): boolean {
  for (let node = firstChild(element); node; node = nextSibling(node)) {
    const type = nodeType(node);
    if (type === 3 ? /\S/.test(dataOf(node as Text)) : type === 1 && isFilled(node as Element)) return true;
  }
  return false;
}
