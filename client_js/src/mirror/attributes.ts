// From the wire's attributes to the mirror's elements. What begins with a colon is drawn, not copied.

import { check, loads } from "./css";
import { removeAttribute, setAttribute, toggleAttribute } from "./dom";
import { flag, type Known } from "./known";
import { Refusal } from "./refusal";
import { type Kind, LIMITS, LINK_RELS, svgName, tagsWith, WORDS } from "./vocabulary";

/** Never visited, so that `:visited` says nothing; the fragment of no element. */
const INERT_LINK = "#-";
/** SVG attributes that a browser reads as CSS and that may point somewhere; into the same document, as `url(#name)`. */
const PAINTS: ReadonlySet<string> = new Set([
  ...["fill", "stroke", "clip-path", "mask", "filter", "marker-start", "marker-mid", "marker-end"],
]);
const PLACE = /url\(\s*(["']?)#[a-z_][\w.:-]*\1\s*\)/gi;
/** What a placeholder stands for. */
const STANDS_FOR = /^(?:svg:)?[A-Za-z][\w.-]{0,63}$/;
const SPACED = tagsWith(":space");
const POINTING = tagsWith(":local-href");
const XML = "http://www.w3.org/XML/1998/namespace";
const LOCAL_ID = /^[^\s]{1,500}$/;

const SECRET_TYPES: ReadonlySet<string> = new Set(["password", "hidden", "file"]);
const VALUES = [":value", ":checked", ":indeterminate"] as const;

/** Put one attribute on the element. Raises `Refusal` where its value is not what its kind allows. */
export function putAttribute(known: Known, name: string, kind: Kind, value: string | number, copies = true): void {
  checkValue(known, name, kind, value);
  known.attributes.set(name, value);
  checkSecret(known);
  if (copies && !name.startsWith(":")) copy(known.node as Element, known, name, kind, value);
}

export function dropAttribute(known: Known, name: string): void {
  known.attributes.delete(name);
  if (!name.startsWith(":")) removeAttribute(known.node as Element, name);
  if (known.tag === "link") linkRel(known);
}

function checkValue(known: Known, name: string, kind: Kind, value: string | number): void {
  if (kind === "flag" && value !== 0 && value !== 1) throw new Refusal("bad_flag");
  if (typeof value !== "string") return;
  if (WORDS.get(`${known.tag} ${name}`)?.has(value) === false) throw new Refusal("no_such_word");
  if (name === ":tag" && !STANDS_FOR.test(value)) throw new Refusal("no_such_word");
  if (kind === "token" && value.length > LIMITS.token_characters) throw new Refusal("token_too_long");
  if (kind === "style") check(value);
  if (name === ":local-href" && !LOCAL_ID.test(value)) throw new Refusal("bad_local_href");
  if (svgName(known.tag) !== undefined && PAINTS.has(name)) checkPaint(value);
}

function checkPaint(value: string): void {
  const rest = value.replace(PLACE, " ");
  if (rest.includes("\\") || loads(rest)) throw new Refusal("svg_url");
}

/** What a password, file or hidden field holds is never shown, nor what one that ever was such a field holds. */
function checkSecret(known: Known): void {
  if (known.tag !== "input") return;
  if (SECRET_TYPES.has(String(known.attributes.get("type") ?? "").toLowerCase())) known.secret = true;
  if (known.secret && VALUES.some((name) => known.attributes.has(name))) throw new Refusal("secret_value");
}

function copy(element: Element, known: Known, name: string, kind: Kind, value: string | number): void {
  if (kind === "flag") toggleAttribute(element, name, value === 1);
  else if (kind === "url") {
    removeAttribute(element, "srcset");
    setAttribute(element, name, assetPath(value as number));
  } else if (name === "popover") setAttribute(element, name, "manual");
  else if (known.tag !== "link" || name !== "rel") setAttribute(element, name, String(value));
  if (known.tag === "link") linkRel(known);
  if (known.tag === "dialog" && name === "open") removeAttribute(element, name);
}

/** Only a stylesheet is linked: no preconnect, prefetch or icon, which no CSP would stop. */
function linkRel(known: Known): void {
  const rel = known.attributes.get("rel");
  // Without an address what it loaded before would go on to be seen.
  const rels = typeof rel === "string" && LINK_RELS.has(rel) && known.attributes.has("href");
  if (rels) setAttribute(known.node as Element, "rel", rel);
  else removeAttribute(known.node as Element, "rel");
  toggleAttribute(known.node as Element, "disabled", !rels);
}

/** Relative to the mirror page's own address, so it cannot name another session's assets. */
export function assetPath(n: number): string {
  return `a/${n}`;
}

/** Draw what the colon names say, after the attributes of the element changed. It may not be connected yet. */
export function drawLink(known: Known): void {
  if (known.tag === "a" || known.tag === "area") {
    if (known.attributes.get(":link") === 1) setAttribute(known.node as Element, "href", INERT_LINK);
    else removeAttribute(known.node as Element, "href");
  }
  if (flag(known, ":until-found")) setAttribute(known.node as Element, "hidden", "until-found");
  if (SPACED.has(known.tag)) drawSpace(known);
  if (POINTING.has(known.tag)) {
    const local = known.attributes.get(":local-href");
    if (typeof local === "string") setAttribute(known.node as Element, "href", `#${local.replace(/^#/, "")}`);
    else removeAttribute(known.node as Element, "href");
  }
}

function drawSpace(known: Known): void {
  const element = known.node as Element;
  if (flag(known, ":space")) element.setAttributeNS(XML, "xml:space", "preserve");
  else element.removeAttributeNS(XML, "space");
}
