// The builder's own look at every piece of CSS, before it reaches the mirror's document. The hub has looked already
// (core/styles.py); tests/vectors/styles.json holds both to the same answers. The mirror's CSP stands behind both.

import { Refusal } from "./refusal";

/** How deep brackets may nest. */
const BRACKETS_DEPTH = 64;
/** Functions that load, or run code in browsers of old. `url` has a rule of its own. */
const REFUSED_FUNCTIONS: ReadonlySet<string> = new Set([
  "src",
  "image",
  "expression",
  "element",
  "-moz-element",
  "-moz-image-rect",
  "paint",
]);
const REFUSED_AT_RULES: ReadonlySet<string> = new Set(["import", "namespace", "charset", "document", "-moz-document"]);
const REFUSED_PROPERTIES: ReadonlySet<string> = new Set(["behavior", "-moz-binding"]);
const STRING_FUNCTIONS: ReadonlySet<string> = new Set(["image-set", "-webkit-image-set", "cross-fade"]);
const ASSET = /^a\/[1-9][0-9]{0,5}$/;
const FRAGMENT = /^#[^\s"'()\\<>]{0,200}$/;

const NAME_START = /[-_a-zA-Z\u0080-\uffff\\]/;
const NAME = /(?:[-_a-zA-Z0-9\u0080-\uffff]|\\[^\n\r\f])+/y;
const STRING = /(?:"(?:[^"\\\n\r\f]|\\(?:\r\n|[\s\S]))*"|'(?:[^'\\\n\r\f]|\\(?:\r\n|[\s\S]))*')/y;
const URL_ARGUMENT = /\(\s*(?:"([^"\\\n\r\f]*)"|'([^'\\\n\r\f]*)')\s*\)/y;
const CLOSES: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Raises `Refusal` where `css` is not balanced, or could load anything but an asset of this session. */
export function check(css: string): void {
  new Walk(css).run();
}

class Walk {
  private at = 0;
  /** The brackets that are open: what closes each, and the function it belongs to. */
  private readonly open: { closes: string; name: string }[] = [];

  constructor(private readonly css: string) {}

  run(): void {
    while (this.at < this.css.length) this.token();
    if (this.open.length > 0) throw new Refusal("css_unbalanced");
  }

  private token(): void {
    const char = this.css[this.at] ?? "";
    if (this.css.startsWith("/*", this.at)) this.comment();
    else if (char === '"' || char === "'") this.string();
    else if (char === "@") this.atRule();
    else if (NAME_START.test(char)) this.word();
    else if (char in CLOSES) this.push(CLOSES[char] ?? "", "");
    else if (char === ")" || char === "]" || char === "}") this.pop(char);
    else if (char === "\0") throw new Refusal("css_control");
    else this.at += 1;
  }

  private comment(): void {
    const end = this.css.indexOf("*/", this.at + 2);
    if (end < 0) throw new Refusal("css_unbalanced");
    this.at = end + 2;
  }

  private string(): void {
    const found = this.match(STRING);
    if (found === null) throw new Refusal("css_unbalanced");
    // A bare string in an image-set is an address; in type() it is not.
    if (STRING_FUNCTIONS.has(this.open.at(-1)?.name ?? "")) throw new Refusal("css_url");
    this.at += found[0].length;
  }

  private atRule(): void {
    this.at += 1;
    const name = this.name();
    if (name.includes("\\")) throw new Refusal("css_escape");
    if (REFUSED_AT_RULES.has(name.toLowerCase())) throw new Refusal("css_at_rule");
  }

  private word(): void {
    const name = this.name();
    if (name === "") {
      this.at += 1;
      return;
    }
    const next = this.css[this.at];
    if (next === "(") this.called(name);
    else if (next === ":" && REFUSED_PROPERTIES.has(name.toLowerCase())) throw new Refusal("css_property");
  }

  private called(name: string): void {
    if (name.includes("\\")) throw new Refusal("css_escape");
    const lower = name.toLowerCase();
    if (lower === "url" || lower === "url-prefix") {
      this.url();
      return;
    }
    if (REFUSED_FUNCTIONS.has(lower)) throw new Refusal("css_function");
    this.push(")", lower);
  }

  private url(): void {
    const found = this.match(URL_ARGUMENT);
    const address = found?.[1] ?? found?.[2];
    if (found === null || address === undefined) throw new Refusal("css_url");
    if (!ASSET.test(address) && !FRAGMENT.test(address)) throw new Refusal("css_url");
    this.at += found[0].length;
  }

  private name(): string {
    const name = this.match(NAME)?.[0] ?? "";
    this.at += name.length;
    return name;
  }

  private match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.at;
    return sticky.exec(this.css);
  }

  private push(closes: string, name: string): void {
    if (this.open.length >= BRACKETS_DEPTH) throw new Refusal("css_depth");
    this.open.push({ closes, name });
    this.at += 1;
  }

  private pop(char: string): void {
    if (this.open.pop()?.closes !== char) throw new Refusal("css_unbalanced");
    this.at += 1;
  }
}
