// The closed vocabulary, from the very file that the hub reads.

import whitelist from "../../../cobrowse/core/whitelist.json";

export type Kind = "text" | "token" | "number" | "flag" | "url" | "style";

export const OPS = whitelist.ops;
export const SNAPSHOT_OPS: ReadonlySet<number> = new Set(whitelist.snapshot_ops);
export const LIMITS = whitelist.limits;
/** Rules come in a sheet record, and what a field holds never comes. */
export const NO_INSIDE: ReadonlySet<string> = new Set(whitelist.no_inside);

const SVG_PREFIX = "svg:";
const { pattern, characters, not, attributes } = whitelist.custom_elements;
const CUSTOM_ELEMENT = new RegExp(`^(?:${pattern})$`);
const NOT_CUSTOM: ReadonlySet<string> = new Set(not);

/** Of others, a link's `rel` is left away. */
export const LINK_RELS: ReadonlySet<string> = new Set(whitelist.link_rels);
/** Attributes whose value is a word of a list. */
export const WORDS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["input type", new Set(whitelist.input_types)],
  ...["placeholder", "iframe", "canvas", "video"].map(
    (tag) => [`${tag} :reason`, new Set(whitelist.placeholder_reasons)] as const,
  ),
]);

type Names = Readonly<Record<string, string>>;

const html = table(whitelist.html.elements);
const svg = table(whitelist.svg.elements);
const htmlGlobal = new Map(Object.entries(whitelist.html.global));
const customs = new Map(Object.entries(attributes));
const svgGlobal = new Map(Object.entries(whitelist.svg.global));

function table(elements: Readonly<Record<string, Names>>): Map<string, Map<string, string>> {
  return new Map(Object.entries(elements).map(([tag, names]) => [tag, new Map(Object.entries(names))]));
}

export function isCustom(tag: string): boolean {
  return tag.length <= characters && CUSTOM_ELEMENT.test(tag) && !NOT_CUSTOM.has(tag);
}

export function isTag(tag: string): boolean {
  if (tag.startsWith(SVG_PREFIX)) return svg.has(tag.slice(SVG_PREFIX.length));
  return html.has(tag) || isCustom(tag);
}

/** The local name where `tag` is an SVG element, else undefined. */
export function svgName(tag: string): string | undefined {
  return tag.startsWith(SVG_PREFIX) ? tag.slice(SVG_PREFIX.length) : undefined;
}

/** The tags of elements that have this name of ours. */
export function tagsWith(name: string): ReadonlySet<string> {
  const has = ([, names]: readonly [string, ReadonlyMap<string, string>]) => names.has(name);
  const inHtml = [...html].filter(has).map(([tag]) => tag);
  return new Set([...inHtml, ...[...svg].filter(has).map(([tag]) => `${SVG_PREFIX}${tag}`)]);
}

/** The kind of value that `attribute` has on `tag`, or undefined where it is not on the whitelist. */
export function kindOf(tag: string, attribute: string): Kind | undefined {
  const inSvg = svgName(tag);
  const kind =
    inSvg === undefined
      ? (html.get(tag)?.get(attribute) ??
        htmlGlobal.get(attribute) ??
        (isCustom(tag) ? customs.get(attribute) : undefined))
      : (svg.get(inSvg)?.get(attribute) ?? svgGlobal.get(attribute));
  return kind as Kind | undefined;
}
