// The attributes of an element that leave the tab, and what stands for those that do not.
import { DOTS, rewrite, rewriteWritten } from "../css";
import { FLAG, type Name, NUMBER, STYLE, type Tag, TEXT, TOKEN_CHARACTERS, URL_NUMBER } from "../whitelist";
import {
  areaValue,
  attribute,
  attributeNames,
  baseOf,
  closest,
  cssText,
  dataOf,
  firstChild,
  hasAttribute,
  imageSource,
  inputChecked,
  inputIndeterminate,
  inputType,
  inputValue,
  linkSheet,
  localName,
  matches,
  modeOf,
  namespaceOf,
  nextSibling,
  nodeType,
  optionSelected,
  SVG,
  selectValue,
  styleOf,
  svgStyleOf,
} from "./dom";
import { BUTTON, EDITABLE, HIDDEN, MASKED, WIDGET } from "./mask";
import { lostIn } from "./sources";
import type { Attributes } from "./tables";
import { PLACEHOLDERS, TEXT_MAX_CHARACTERS, type Walk, whole } from "./walk";

/** Put one attribute, where the element may have it. */
type Put = (name: string, value: string | number) => void;

/** Their sizes often follow what is in them. */
const SIZES = /(^|[;\s])(min-|max-)?(width|height|(inline|block)-size):[^;]*/g;
/** Numbers that a person reads, and those that follow a text's length. */
const TELLING = /^(datetime|textLength|rotate|dx|dy|value|start|max)$/;
/** Says nothing: there is no text between the tags. */
const NO_TEXT = /^(\s*<[^>]*>)*\s*$/;
const LOCAL_ID = /^#(\S{1,500})$/;
const LOADS = /\\|(url|src|image|image-set|expression)\(/i;
const LOCAL_URL = /^\s*url\(\s*(["']?)#[a-z_][\w.:-]*\1\s*\)[^()\\]*$/i;

/** `rows`, `cols` and `size` of fields as they were first: later they may follow what is typed. */
const firstSizes = new WeakMap<Element, Record<string, number>>();

/** The attributes that leave, of an element that leaves as `tag`. */
export function attributesOf(walk: Walk, element: Element, tag: Tag, bits: number, own: number): Attributes {
  const written = attributeNames(element);
  const list: Attributes = [];
  const names = tag.names_;
  const masked = walk.mask_.hides_(bits);
  for (let at = 0; at < written.length; at++) {
    const name = written[at] as string;
    const known = names.get(name);
    // Of two namespaces, one name may come twice.
    if (!known || name[0] === ":" || (at && written.indexOf(name) < at)) continue;
    addWritten(walk, list, element, known, name, tag, bits, masked);
  }
  const put: Put = (name, value) => {
    const known = names.get(name) as Name;
    // Of these, 0 says more than nothing.
    if (known && (value || known.kind_ !== FLAG || /^:(filled|checked)$/.test(name))) list.push(known, value);
  };
  if (own & MASKED) put(":masked", 1);
  if (tag.tag_ === "placeholder") addPlaceholder(walk, put, element, own);
  else if (tag.tag_[3] === ":") addSvg(walk, put, element, tag, masked);
  else {
    addHtml(walk, put, element, bits, masked);
    if (written.includes("popover")) put(":popover", +matches(element, ":popover-open"));
  }
  return list;
}

export function addWritten(
  walk: Walk,
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
  if (kind === FLAG) {
    // Made as a widget, it says with these what is chosen.
    if (bits & WIDGET && tag.tag_.includes("-")) return;
    list.push(known, 1);
    const found = name === "hidden" && /^until-found$/i.test(attribute(element, name) ?? "");
    if (found) list.push(tag.names_.get(":until-found") as Name, 1);
  } else if (kind === STYLE) {
    // As the browser understood it: what it dropped needs no second look.
    const style = cssText((namespaceOf(element) === SVG ? svgStyleOf : styleOf)(element as HTMLElement & SVGElement));
    // A value is drawn with these, too: in custom properties, as the place of a thumb or the length of a bar.
    const drawn = !!(bits & WIDGET) || walk.isField_(element);
    if (drawn && walk.mask_.isSlider_(element)) return;
    const sized = drawn ? style.replace(SIZES, "$1") + walk.lineOf_(element) : style;
    // What a browser loses the attribute may still say.
    const source = (!drawn && lostIn(style) && attribute(element, "style")) || "";
    const numbered = numberedIn(walk, element, masked);
    const css = source
      ? rewrite(source, baseOf(element), numbered, false, masked)
      : rewriteWritten(sized, baseOf(element), numbered, masked || drawn);
    if (css.length <= TEXT_MAX_CHARACTERS) list.push(known, whole(css, TEXT_MAX_CHARACTERS));
  } else if (kind === URL_NUMBER) {
    // Others are asked for by what the browser made of them.
    if (name === "background") {
      const n = assetOf(walk, element, attribute(element, name) ?? "", masked);
      if (n) list.push(known, n);
    }
  } else {
    let value = attribute(element, name) ?? "";
    // One place for each letter.
    if (masked && /^[xy]$/.test(name)) value = value.trim().split(/[\s,]/)[0] as string;
    if (kind === NUMBER) {
      const n = firstSize(element, name, Number.parseInt(value, 10));
      if (Math.abs(n) < 1e6) list.push(known, n);
    } else if (kind === TEXT) {
      // A field's title often repeats what does not fit into it.
      const hidden = masked || (name === "title" && walk.isField_(element));
      list.push(known, hidden ? value && DOTS : whole(value, TEXT_MAX_CHARACTERS));
    } else if (mayToken(tag.tag_, name, value, bits)) list.push(known, whole(value, TOKEN_CHARACTERS));
  }
}

function mayToken(tag: string, name: string, value: string, bits: number): boolean {
  // These two are said by the browser's own understanding of them.
  if (value.length > TOKEN_CHARACTERS || /^(input type|link rel)$/.test(`${tag} ${name}`)) return false;
  // With these, pages say which one is chosen.
  if (bits & WIDGET && /^(data-|tabindex)/.test(name)) return false;
  return tag[3] !== ":" || !LOADS.test(value) || LOCAL_URL.test(value);
}

/** Numbers for addresses that this element, or a sheet, names. */
export const numberedIn =
  (walk: Walk, element?: Element, masked = false) =>
  (url: string, kind: "image" | "font" | "style") =>
    masked && saysText(url) ? 0 : walk.host_.assetNumber(url, kind, element);

function addPlaceholder(walk: Walk, put: Put, element: Element, own: number): void {
  const name = localName(element);
  const [width, height] = walk.sizeOf_(element, own);
  put(":reason", own & HIDDEN ? "hidden" : (PLACEHOLDERS[name] as string));
  put(":tag", name);
  if (width >= 0) put(":width", width);
  if (height >= 0) put(":height", height);
}

function addSvg(walk: Walk, put: Put, element: Element, { tag_: tag, names_: names }: Tag, masked: boolean): void {
  const href = attribute(element, "href") ?? attribute(element, "xlink:href") ?? "";
  if (names.has(":local-href")) {
    const id = LOCAL_ID.exec(href)?.[1];
    if (id) put(":local-href", id);
  } else if (tag === "svg:image" && href) putAsset(walk, put, "href", element, href, masked);
  if (names.has(":space")) put(":space", +(attribute(element, "xml:space") === "preserve"));
}

function assetOf(walk: Walk, element: Element, address: string, masked: boolean): number {
  const base = baseOf(element);
  // Not an address: it names nothing.
  if (!URL.canParse(address, base)) return 0;
  const kind = localName(element) === "link" ? "style" : "image";
  return numberedIn(walk, element, masked)(new URL(address, base).href, kind);
}

function putAsset(walk: Walk, put: Put, name: string, element: Element, address: string, masked: boolean): void {
  const n = assetOf(walk, element, address, masked);
  if (n) put(name, n);
}

function addHtml(walk: Walk, put: Put, element: Element, bits: number, masked: boolean): void {
  const name = localName(element);
  if (name === "a" || name === "area") put(":link", +hasAttribute(element, "href"));
  else if (name === "img") {
    const image = element as HTMLImageElement;
    const source = imageSource(image);
    // A lazy one that has not come yet is marked when it does.
    if (source && image.complete) {
      const width = image.naturalWidth;
      put(":broken", +!width);
      if (width) {
        // As this screen's density has it: the bytes alone do not say which of a set it was.
        put(":width", width);
        putAsset(walk, put, "src", element, source, masked);
      }
    }
  } else if (name === "link") {
    const sheet = linkSheet(element as HTMLLinkElement);
    // Chromium calls a sheet of another set than the preferred one enabled, though it does not show it.
    const other = /\balternate\b/i.test(attribute(element, "rel") ?? "") && attribute(element, "title");
    put("rel", "stylesheet");
    if (sheet && !sheet.disabled && !other && !walk.hasRules_(element as HTMLLinkElement, bits)) {
      // Where the link has another address by now, this is what the page still shows.
      putAsset(walk, put, "href", element, sheet.href as string, masked);
    }
  } else if (name === "dialog") put(":modal", +matches(element, ":modal"));
  else if (name === "option") addOption(walk, put, element as HTMLOptionElement, bits);
  else if (name === "iframe") {
    const inside = walk.documentIn_(element);
    if (inside) put(":quirks", +(modeOf(inside) === "BackCompat"));
    else if (!walk.isComing_(element)) put(":reason", "frame");
  } else if (name === "canvas") {
    const still = masked ? "canvas" : walk.stills_.of_(element as HTMLCanvasElement);
    put(typeof still === "string" ? ":reason" : ":still", still);
  } else if (name === "video") addVideo(walk, put, element as HTMLVideoElement, masked);
  else addField(walk, put, element, bits, masked);
}

function addVideo(walk: Walk, put: Put, video: HTMLVideoElement, masked: boolean): void {
  const { poster } = video;
  put(":height", video.videoHeight);
  put(":width", video.videoWidth);
  if (poster) putAsset(walk, put, "poster", video, poster, masked);
  else put(":reason", "video");
}

function addOption(walk: Walk, put: Put, option: HTMLOptionElement, bits: number): void {
  const select = closest(option, "select");
  if (select && walk.mask_.shows_(select, bits)) put(":selected", +optionSelected(option));
}

function addField(walk: Walk, put: Put, element: Element, bits: number, masked: boolean): void {
  const kind = walk.mask_.kind_(element);
  if (!kind) return;
  const name = localName(element);
  const shown = walk.mask_.shows_(element, bits);
  if (kind === EDITABLE) {
    put(":filled", +isFilled(element));
    const line = walk.lineOf_(element);
    if (line && !hasAttribute(element, "style")) put("style", line);
    return;
  }
  const input = element as HTMLInputElement;
  const type = name === "input" ? inputType(input) : "";
  if (type) put("type", type);
  if (/^(checkbox|radio)$/.test(type)) {
    if (shown) {
      put(":checked", +inputChecked(input));
      put(":indeterminate", +inputIndeterminate(input));
    }
    return;
  }
  const value = type
    ? inputValue(input)
    : (name === "select" ? selectValue : areaValue)(element as HTMLSelectElement & HTMLTextAreaElement);
  const said = whole(value, TEXT_MAX_CHARACTERS);
  if (kind === BUTTON) {
    // What a button says is a label.
    if (type === "image") putAsset(walk, put, "src", element, attribute(element, "src") ?? "", masked);
    else if (hasAttribute(element, "value")) put(":label", masked ? DOTS : said);
    return;
  }
  put(":filled", +!!value);
  if (shown && type !== "file" && name !== "select") put(":value", said);
}

function firstSize(element: Element, name: string, n: number): number {
  if (!/^(rows|cols|size)$/.test(name)) return n;
  const sizes = firstSizes.get(element) ?? {};
  firstSizes.set(element, sizes);
  sizes[name] ??= n;
  return sizes[name];
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
