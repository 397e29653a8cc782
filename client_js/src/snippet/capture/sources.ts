// What a browser loses when it writes a rule: of `padding: var(--p); padding-left: 1px` three empty declarations and one
// are left. Where the text that the rule was made of is at hand, it is found there again.
import { STRING } from "../css";
import { localName, textOf } from "./dom";

const LOST = /(?:^|[{;\s])(?!--)[a-z][-a-z]*: ;/;
const MARK = new RegExp(`/\\*[\\s\\S]*?(?:\\*/|$)|${STRING}|\\\\[\\s\\S]|[{};]`, "g");
const { replaceSync } = CSSStyleSheet.prototype;

interface Known {
  readonly css_: string;
  /** By what a browser makes of each: the text it was made of. */
  readonly byWritten_: Map<string, string>;
}

/** What scripts made rules of while we listened. */
const given = new WeakMap<CSSStyleSheet, string[]>();
const known = new WeakMap<CSSStyleSheet, Known>();
const GIVEN_MAX = 500;

/** Whether something is missing in a rule, as a browser wrote it. */
export const lostIn = (written: string): boolean => LOST.test(written);

/** A script makes rules of this text. */
export function noteSource(sheet: CSSStyleSheet | null, css: unknown): void {
  if (!sheet || !/var\(/.test(`${css}`)) return;
  const all = given.get(sheet) ?? [];
  given.set(sheet, all);
  all.push(`${css}`);
  if (all.length > GIVEN_MAX) all.shift();
}

/** The text that this rule was made of: that it is, is seen by making it again. */
export function sourceOf(rule: CSSRule, written: string): string | undefined {
  const sheet = rule.parentStyleSheet;
  if (!sheet) return undefined;
  const owner = sheet.ownerNode as Element | null;
  const css = [...(given.get(sheet) ?? []), owner && localName(owner) === "style" ? textOf(owner) : ""].join("}\n");
  let found = known.get(sheet);
  if (found?.css_ !== css) {
    found = { css_: css, byWritten_: new Map() };
    known.set(sheet, found);
    const scratch = new CSSStyleSheet();
    for (const block of blocks(css)) {
      if (!/var\(/.test(block)) continue;
      replaceSync.call(scratch, block);
      const [made] = scratch.cssRules;
      if (made) found.byWritten_.set(made.cssText, block);
    }
  }
  return found.byWritten_.get(written);
}

/** Each part of a text that ends with a block, as a rule does, at any depth. */
function* blocks(text: string): Generator<string> {
  const css = `${text}}}}}`;
  const starts = [0];
  for (const { 0: mark, index } of css.matchAll(MARK)) {
    const end = index + mark.length;
    if (mark === "{") starts.push(end);
    else if (mark.length === 1) {
      if (mark === "}" && starts.length > 1) {
        starts.pop();
        yield css.slice(starts[starts.length - 1], end);
      }
      starts[starts.length - 1] = end;
    }
  }
}
