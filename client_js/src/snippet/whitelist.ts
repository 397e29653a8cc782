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
  /** What its name alone says to the walk; 0 until it was asked. */
  look_: number;
  frame_: object | undefined;
  at_: number;
}

const MARKS = "!\0#?@$";
const [html, svg, rest, own] = __WHITELIST__.split("\n") as [string, string, string, string];
const [longestToken, longestStyle, pattern, longestCustom, ...notCustom] = rest.split(" ");
const CUSTOM = RegExp(`^${pattern}$`);

/** How long a token and a piece of CSS may be. What is longer stays here. */
export const TOKEN_CHARACTERS = +(longestToken as string);
export const STYLE_CHARACTERS = +(longestStyle as string);

const tags = new Map<string, Tag>();
let htmlNames = "";

function add(tag: string, names: string): Tag {
  const found: Tag = { tag_: tag, names_: new Map(), look_: 0, frame_: undefined, at_: 0 };
  for (const marked of names.split(" ")) {
    const mark = MARKS.indexOf(marked.slice(-1));
    const name = mark < 0 ? marked : marked.slice(0, -1);
    const kind = mark < 0 ? TOKEN : mark;
    if (name) found.names_.set(name, { name_: `${tag} ${name}`, kind_: kind, frame_: undefined, at_: 0 });
  }
  tags.set(tag, found);
  return found;
}

for (const [at, namespace] of [html, svg].entries()) {
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
  if (found || tag.length > +(longestCustom as string) || !CUSTOM.test(tag) || notCustom.includes(tag)) return found;
  return add(tag, `${htmlNames} ${own}`);
}
