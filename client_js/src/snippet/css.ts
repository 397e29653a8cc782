// CSS on its way out: every address becomes an asset number, and what could load anything else goes. What comes out
// passes core/styles.py, whatever went in: brackets balance, and there is neither a comment nor an open string left.

/** The number for an address, or 0 where there is none to be had. */
export type Numbered = (address: string, kind: "image" | "font" | "style") => number;

/** What a masked text is, whatever was there. */
export const DOTS = "•••••";

/** How deep brackets may nest; beyond, they are left out. */
const BRACKETS_DEPTH = 48;
export const STRING = /"(?:[^"\\\n\r\f]|\\(?:\r\n|[\s\S]))*"|'(?:[^'\\\n\r\f]|\\(?:\r\n|[\s\S]))*'/.source;
const ADDRESS = `url\\(\\s*(?:(${STRING})|((?:[^"'()\\\\\\s]|\\\\[\\s\\S])*))\\s*\\)`;
// Comments; @import with its address; url(); a string; a name, with "(" where it is called; one other character.
const TOKEN = new RegExp(
  `/\\*[\\s\\S]*?(?:\\*/|$)|@import\\s*(?:(${STRING})|${ADDRESS})|@[-\\w\\\\\\u0080-\\uffff]+|${ADDRESS}|(${STRING})|` +
    "((?:[-\\w\\u0080-\\uffff]|\\\\(?:[\\da-f]{1,6}(?:\\r\\n|\\s)?|[^\\n\\r\\f]))+)(\\(?)|[\\s\\S]",
  "gi",
);
const LOADS = /(?:^|[^-\w])(url|url-prefix|src|image|expression|element|-moz-element|-moz-image-rect|paint)$/i;
const IMAGE_SET = /(?:^|[^-\w])(-webkit-)?image-set$/i;
const OLD_PROPERTY = /^(behavior|-moz-binding)$/i;
const FRAGMENT = /^#[a-z_][\w.:-]{0,199}$/i;
/** Stands for what is not to be had: a place that no document has. */
const NOTHING = 'url("#_")';
/** Stands where something was left out: white space would end an escape, and nothing at all would join two words. */
const GAP = "/**/";
/** What a declaration says to people without a string, or may hand on to one that does. */
const SAYS = /^(--.*|counter-.*|(additive-)?symbols|prefix|suffix|negative|pad|initial-value)$/i;
/** How far back it is looked for where a string stands. */
const UNREAD_CHARACTERS = 300;
/** Strings that nobody reads: of fonts, of places in a grid, of what a selector compares in lower case. */
const UNREAD = /(^|[;{])\s*(font(-family)?|src|grid[-\w]*)\s*:[^;{}]*$|\[[^[\]{}]*$/i;
/** What a browser wrote and has none of these is what would come out. Whole strings and harmless at-rules are no matter. */
const WHOLE = /^[^\\"'\0]*(?:"[^"\\\n\r\f]*"[^\\"'\0]*)*$/;
const SUSPECT =
  /\/\*|@(?!media|layer|supports|container|keyframes|scope|starting-style|property)|(?:url|prefix|src|image|image-set|image-rect|expression|element|paint)\(|behavior|binding|[\ud800-\udfff]/i;
const NAMESPACE = /@namespace\s+([-\w]*)\s*(?:url\(\s*)?["']?(http:\/\/www\.w3\.org\/[\w/]+)["']?\s*\)?\s*;/gi;
const CLOSES: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/** What a CSS string or an unquoted address says. */
function said(text: string): string {
  return text
    .replace(/^["']|["']$/g, "")
    .replace(/\\(?:\r\n|[\n\r\f])/g, "")
    .replace(/\\([\da-f]{1,6})\s?|\\([\s\S])/gi, (_, hex: string, char: string) => {
      const point = Number.parseInt(hex, 16);
      return hex ? (point < 0x110000 ? String.fromCodePoint(point) : "\ufffd") : char;
    });
}

/** True where no bracket stands so deep that it would be left out. */
function isFlat(css: string): boolean {
  let depth = 0;
  for (const char of css.match(/[()]/g) ?? []) {
    depth += char === "(" ? 1 : -1;
    if (depth > BRACKETS_DEPTH) return false;
  }
  return true;
}

/** As `rewrite`, for CSS that a browser wrote: most of it needs no second look, and a look is most of the cost. */
export function rewriteWritten(css: string, base: string, numbered: Numbered, masked: boolean): string {
  const plain = !masked && WHOLE.test(css) && !SUSPECT.test(css) && isFlat(css);
  return plain ? css : rewrite(css, base, numbered, false, masked);
}

/**
 * `css` with each address, resolved against `base`, as `url("a/n")`. `asset`: it is a whole stylesheet, which may
 * import others. `masked`: what its strings and custom properties say is hidden.
 */
export function rewrite(given: string, base: string, numbered: Numbered, asset = false, masked = false): string {
  // Half a character is none in JSON.
  const css = given.replace(/\p{Surrogate}/gu, "\ufffd").replace(NAMESPACE, '@namespace $1 "$2";');
  const open: [closes: string, name: string][] = [];
  let out = "";
  let inFont = false;
  let end = 0;
  /** The depth of a custom property that is being left out, or of an image-set; or -1. */
  let skip = -1;
  let set = -1;
  let picked = "";

  const address = (text: string, kind: "image" | "font" | "style"): string => {
    const named = said(text).trim();
    if (named[0] === "#") return FRAGMENT.test(named) ? `url("${named}")` : NOTHING;
    // Not an address: it names nothing.
    const n = URL.canParse(named, base) ? numbered(new URL(named, base).href, kind) : 0;
    return n ? `url("a/${n}")` : NOTHING;
  };

  /** A masked string. An empty one stays: it draws a box; so does one sign of an icon font. */
  const hidden = (string: string): string => {
    if (/^.[\ue000-\uf8ff]?.$/.test(string)) return string;
    const unread = UNREAD.exec(out.slice(-UNREAD_CHARACTERS));
    return unread && (unread[0][0] !== "[" || /^.[-a-z]*.$/.test(string)) ? string : `"${DOTS}"`;
  };

  const token = (all: string, g: (string | undefined)[]): string => {
    const [imported, quoted, plain, inUrl, bare, string, name, called] = g;
    const top = open[open.length - 1];
    if (all.startsWith("/*")) return GAP;
    const importing = imported ?? quoted ?? plain;
    if (importing !== undefined) {
      const sheet = asset && !top ? address(importing, "style") : NOTHING;
      return sheet === NOTHING ? "@none " : `@import ${sheet}`;
    }
    if (all.length > 1 && all[0] === "@") {
      inFont = /^@font-face$/i.test(all);
      if (/^@namespace$/i.test(all)) return /^ [-\w]* "http:/.test(css.slice(end, end + 99)) ? all : "@none";
      return /\\|^@(import|(charset|(-moz-)?document)$)/i.test(all) ? "@none" : all;
    }
    const addressed = inUrl ?? bare ?? (top && IMAGE_SET.test(top[1]) ? string : undefined);
    if (addressed !== undefined) {
      if (set >= 0 && picked) return "";
      const found = address(addressed, inFont ? "font" : "image");
      if (set >= 0 && found !== NOTHING) picked = found;
      return found;
    }
    if (string !== undefined) {
      if (top && /^cross-fade$/i.test(top[1])) return GAP;
      return masked ? hidden(string) : string;
    }
    if (name !== undefined) {
      if (masked && SAYS.test(name) && /^\s*:/.test(css.slice(end, end + 99))) skip = open.length;
      if (!called) return OLD_PROPERTY.test(name) ? "-none" : name;
      if (set < 0 && IMAGE_SET.test(name)) {
        set = open.length;
        picked = "";
      }
      const safe = LOADS.test(name) || name.includes("\\") ? "none" : name;
      return safe + bracket("(", safe);
    }
    if (CLOSES[all]) return bracket(all, "");
    if (/[)\]}]/.test(all)) {
      if (top?.[0] !== all) return GAP;
      open.pop();
      if (all === "}") inFont = false;
      return all;
    }
    // A quote that opens no whole string, and a backslash that escapes nothing.
    return /["'\\\0]/.test(all) ? GAP : all;
  };

  const bracket = (char: string, name: string): string => {
    if (open.length >= BRACKETS_DEPTH) return GAP;
    open.push([CLOSES[char] as string, name]);
    return char;
  };

  for (const found of css.matchAll(TOKEN)) {
    const [all, ...groups] = found;
    end = found.index + all.length;
    let text = token(all, groups);
    if (skip >= 0 && (open.length < skip || (all === ";" && open.length === skip))) skip = -1;
    if (set >= 0) {
      // Of an image-set one picture leaves, and nothing else of it.
      const closed = open.length <= set;
      text = closed ? picked || "none" : "";
      if (closed) set = -1;
    }
    if (skip < 0) out += text;
  }
  if (set >= 0) out += picked || "none";
  const from = set < 0 ? skip : skip < 0 ? set : Math.min(set, skip);
  while (from >= 0 && open.length > from) open.pop();
  while (open.length) out += (open.pop() as [string, string])[0];
  return out;
}
