// The closed vocabulary as the walk asks it. What is not in here does not leave the tab.

/** whitelist.json in the compact form of whitelist_compact.mjs. */
declare const __WHITELIST__: string;

export const TEXT = 0;
export const TOKEN = 1;
export const NUMBER = 2;
export const FLAG = 3;
export const URL_NUMBER = 4;
export const STYLE = 5;

/** One `element attribute` pair. `at_` is its index in the tables of the frame `frame_`. */
export interface Name {
  readonly name_: string;
  readonly kind_: number;
  frame_: object | undefined;
  at_: number;
}

/** One element of the list, with the attributes it may have. */
export interface Tag {
  readonly tag_: string;
  readonly names_: Map<string, Name>;
  frame_: object | undefined;
  at_: number;
}

const MARKS = "!\0#?@$";
const CUSTOM = /^[a-z][a-z\d._]*-[a-z\d._-]*$/;
const NOT_CUSTOM = /^(annotation-xml|color-profile|font-face(-(src|uri|format|name))?|missing-glyph)$/;
const CUSTOM_MAX_CHARACTERS = 64;

const tags = new Map<string, Tag>();
let htmlNames = "";

function add(tag: string, names: string): Tag {
  const found: Tag = { tag_: tag, names_: new Map(), frame_: undefined, at_: 0 };
  for (const marked of names.split(" ")) {
    const mark = MARKS.indexOf(marked.slice(-1));
    const name = mark < 0 ? marked : marked.slice(0, -1);
    const kind = mark < 0 ? TOKEN : mark;
    if (name) found.names_.set(name, { name_: `${tag} ${name}`, kind_: kind, frame_: undefined, at_: 0 });
  }
  tags.set(tag, found);
  return found;
}

for (const [at, namespace] of __WHITELIST__.split("\n").entries()) {
  let everywhere = "";
  for (const group of namespace.split(";")) {
    const end = group.indexOf(":");
    const names = group.slice(end + 1);
    if (!end) everywhere = names;
    else for (const tag of group.slice(0, end).split(" ")) add(at ? `svg:${tag}` : tag, `${everywhere} ${names}`);
  }
  htmlNames ||= everywhere;
}

/** The element `tag` (`div`, `svg:path`, `acme-card`), or undefined where it is not on the list. */
export function tagOf(tag: string): Tag | undefined {
  const found = tags.get(tag);
  if (found || tag.length > CUSTOM_MAX_CHARACTERS || !CUSTOM.test(tag) || NOT_CUSTOM.test(tag)) return found;
  return add(tag, htmlNames);
}
