// The builder's own look at every piece of CSS, before it reaches the mirror's document. The hub has looked already
// (core/styles.py); tests/vectors/styles.json holds both to the same answers. The mirror's CSP stands behind both.

import { Refusal } from "./refusal";

/** How many parentheses may be open at once. */
const NESTING = 64;

const ESCAPE = /\\(?:[0-9a-f]{1,6}(?:\r\n|[ \t\r\n\f])?|[^0-9a-f\r\n\f])/iy;
/** Letters beyond ASCII are no part of a name here: browsers differ in which are, and after one that is not, `url(` loads. */
const NAME_PART = /[-\w]+/y;
const STRING = /"(?:[^"\\\n\r\f]|\\(?:\r\n|[\s\S]))*"|'(?:[^'\\\n\r\f]|\\(?:\r\n|[\s\S]))*'/y;
const COMMENT = /\/\*[\s\S]*?\*\//y;
const ASSET = /url\("a\/[1-9][0-9]{0,9}"\)/iy;
const PLACE = /url\("#[a-z_][\w.:-]{0,199}"\)/iy;
const OTHER = /[^-\w"'()@\\/]+|\/(?!\*)/y;
/** In image-set() a string is an address, and it may come from anywhere: by a variable, or a function of the page's. */
const LOADS: ReadonlySet<string> = new Set(["url", "src", "image", "expression", "image-set", "-webkit-image-set"]);
const RUNS = /(?:^|[{};])(?:\s|\/\*[^*]{0,200}\*\/)*(?:behavior|-moz-binding)(?:\s|\/\*[^*]{0,200}\*\/)*:/i;
const HAS_RUNS = /behavior|-moz-binding/i;

/** Raises `Refusal` where `css`, a declaration list or rules, could load anything but an asset of this session. */
export function check(css: string): void {
  new Walk(css).run();
  if (HAS_RUNS.test(css) && RUNS.test(css)) throw refusal();
}

/** True where `check` would refuse it. */
export function loads(css: string): boolean {
  try {
    check(css);
    return false;
  } catch (error) {
    if (error instanceof Refusal) return true;
    throw error;
  }
}

function refusal(): Refusal {
  return new Refusal("bad_style");
}

class Walk {
  private at = 0;
  private open = 0;

  constructor(private readonly css: string) {}

  run(): void {
    while (this.at < this.css.length) this.part();
  }

  /** One token, as the tokeniser of CSS Syntax level 3 sees it. What it would have to repair is refused. */
  private part(): void {
    const char = this.css[this.at];
    if (char === "(") this.parenthesis();
    else if (char === ")") this.close();
    else if (char === "@") this.atKeyword();
    else if (!this.take(COMMENT) && !this.take(OTHER) && !this.take(STRING)) this.named();
  }

  private parenthesis(): void {
    this.open += 1;
    if (this.open > NESTING) throw refusal();
    this.at += 1;
  }

  private close(): void {
    this.open = Math.max(0, this.open - 1);
    this.at += 1;
  }

  private atKeyword(): void {
    this.at += 1;
    const name = this.taken(NAME_PART);
    if (this.css[this.at] === "\\" || name.toLowerCase().startsWith("import")) throw refusal();
  }

  private named(): void {
    if (this.take(ASSET) || this.take(PLACE)) return;
    const { name, escaped } = this.name();
    if (this.css[this.at] !== "(") return;
    if (escaped || LOADS.has(name)) throw refusal();
  }

  private name(): { name: string; escaped: boolean } {
    const from = this.at;
    let escaped = false;
    for (;;) {
      if (this.take(NAME_PART)) continue;
      if (this.css[this.at] !== "\\") break;
      if (!this.take(ESCAPE)) throw refusal();
      escaped = true;
    }
    if (this.at === from) throw refusal();
    return { name: this.css.slice(from, this.at).toLowerCase(), escaped };
  }

  private take(sticky: RegExp): boolean {
    return this.taken(sticky) !== "";
  }

  private taken(sticky: RegExp): string {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.css)?.[0] ?? "";
    this.at += found.length;
    return found;
  }
}
