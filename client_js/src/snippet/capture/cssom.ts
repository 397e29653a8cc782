// Stylesheets as rules. Those of `<style>`, adopted ones, and linked ones whose rules the page changed by script; a
// linked sheet that nobody touched travels as an asset instead.
import { DOTS, type Numbered, rewrite, rewriteWritten } from "../css";
import { STYLE_CHARACTERS } from "../whitelist";
import { baseOf, linkSheet, localName, namespaceOf, nodeType, SVG, styleSheet, svgStyleSheet } from "./dom";
import { lostIn, noteSource, sourceOf } from "./sources";

const IMPORT_DEPTH = 4;
const IMPORT_RULE = 3;
const NAMESPACE_RULE = 10;
/** A longer group of rules leaves as several, so that little is said again when one of them changes. */
const GROUP_CHARACTERS = 16_000;

/** A sheet in one place. An adopted one may be in many; an owner's own is looked up, since it is replaced at will. */
export class Sheet {
  constructor(
    readonly owner_: Node,
    readonly adopted_?: CSSStyleSheet,
  ) {}

  get sheet_(): CSSStyleSheet | null {
    if (this.adopted_) return this.adopted_;
    const owner = this.owner_ as Element;
    if (namespaceOf(owner) === SVG) return svgStyleSheet(owner as SVGStyleElement);
    const style = localName(owner) === "style";
    return style ? styleSheet(owner as HTMLStyleElement) : linkSheet(owner as HTMLLinkElement);
  }
}

type AnyRule = CSSRule & Partial<CSSImportRule & CSSGroupingRule & CSSKeyframesRule & CSSStyleRule>;

type Texts = WeakMap<CSSRule, string[]>;

/** What rules leave as, plain and masked. */
const fresh = (): [Texts, Texts] => [new WeakMap(), new WeakMap()];
let texts = fresh();

/** What changed while nobody listened is said by the next picture. */
export function forgetTexts(): void {
  texts = fresh();
}

/** This rule, and so each that it is in, says something else now. */
export function forgetText(rule: CSSRule): void {
  for (let at: CSSRule | null = rule; at; at = at.parentRule) for (const each of texts) each.delete(at);
}

/** An import into a layer without a name: its rules leave one by one, so the layer needs one. */
const layers = new WeakMap<CSSRule, number>();
let lastLayer = 0;

function list(sheet: CSSStyleSheet): Iterable<CSSRule> & { length: number } {
  try {
    return sheet.cssRules;
  } catch {
    return [];
  }
}

/** What tells cheaply that a sheet may have changed. */
export function lookOf(sheet: Sheet): string {
  const own = sheet.sheet_;
  return own ? `${list(own).length} ${own.disabled} ${own.media.mediaText}` : "";
}

/** One look at a sheet. */
class Look {
  readonly rules_: string[] = [];
  /** Characters that had to be looked at; what was known costs nothing. */
  private spent_ = 0;
  private base_ = "";
  private readonly texts_: Texts;

  constructor(
    private readonly numbered_: Numbered,
    private readonly masked_: boolean,
    private readonly most_: number,
    /** Trust nothing that was kept. */
    private readonly anew_: boolean,
  ) {
    this.texts_ = texts[+masked_] as Texts;
  }

  /** False where it was too much for one time; the next goes on. */
  add_(from: CSSStyleSheet, base: string, open: string, close: string, depth: number): boolean {
    if (from.disabled || depth > IMPORT_DEPTH) return true;
    // No rule may stand before these, and what is imported does.
    const rules = [...list(from)] as AnyRule[];
    const isFirst = ({ type }: AnyRule) => type === NAMESPACE_RULE;
    for (const rule of rules.some(isFirst)
      ? [...rules.filter(isFirst), ...rules.filter((it) => !isFirst(it))]
      : rules) {
      // By number: a rule in a frame is no instance of our classes.
      if (rule.type === IMPORT_RULE) {
        if (!this.import_(rule as CSSImportRule, open, close, depth)) return false;
        continue;
      }
      this.base_ = base;
      for (const text of this.textsOf_(rule)) this.push_(open + text + close);
      if (this.spent_ > this.most_) return false;
    }
    return true;
  }

  private import_(rule: CSSImportRule, open: string, close: string, depth: number): boolean {
    const { styleSheet, media, layerName, supportsText } = rule;
    if (!styleSheet) return true;
    let [start, end] = [open, close];
    const put = (prelude: string) => {
      start += `${rewriteWritten(prelude, "", () => 0, false)}{`;
      end += "}";
    };
    if (media.mediaText) put(`@media ${media.mediaText}`);
    if (supportsText) put(`@supports (${supportsText})`);
    if (layerName === "" && !layers.has(rule)) layers.set(rule, ++lastLayer);
    if (layerName !== null) {
      put(`@layer ${layerName || `cobrowse-${layers.get(rule)}`}`);
      // It has its place among the layers, whether there is anything in it or not.
      this.push_(start + end);
    }
    return this.add_(styleSheet, styleSheet.href as string, start, end, depth + 1);
  }

  private push_(text: string): void {
    // A longer one is left out: the hub would refuse the whole frame.
    if (text.length <= STYLE_CHARACTERS) this.rules_.push(text);
  }

  private textsOf_(rule: AnyRule): string[] {
    const known = this.anew_ ? undefined : this.texts_.get(rule);
    if (known) return known;
    const written = rule.cssText;
    const lost = lostIn(written);
    const rewritten = (css: string) => rewriteWritten(css, this.base_, this.numbered_, this.masked_);
    let found: string[] = [];
    const { cssRules, name } = rule;
    // Its rules one by one, unless it has no name under which they stay together.
    if (
      cssRules &&
      !rule.selectorText &&
      !rule.appendRule &&
      name !== "" &&
      (lost || written.length > GROUP_CHARACTERS)
    ) {
      const prelude = `${rewritten(written.slice(0, written.indexOf("{")))}{`;
      let text = "";
      for (const inner of cssRules) {
        for (const each of this.textsOf_(inner as AnyRule)) {
          if (text && text.length + each.length > GROUP_CHARACTERS) {
            found.push(`${prelude + text}}`);
            text = "";
          }
          text += each;
        }
      }
      found.push(`${prelude + text}}`);
    } else {
      this.spent_ += written.length;
      const source = lost && sourceOf(rule, written);
      found = [source ? rewrite(source, this.base_, this.numbered_, false, this.masked_) : rewritten(written)];
    }
    this.texts_.set(rule, found);
    return found;
  }
}

/**
 * The rules, rewritten; and whether these are all, which they may not be where more than `most` characters are new.
 * Without `most` all are, and nothing that was kept is trusted.
 */
export function rulesOf(
  sheet: Sheet,
  numbered: Numbered,
  masked: boolean,
  most = 0,
): [rules: string[], whole: boolean] {
  const look = new Look(numbered, masked, most || Number.POSITIVE_INFINITY, !most);
  const own = sheet.sheet_;
  if (!own) return [[], true];
  // An element's own media attribute leaves with the element.
  const media = nodeType(sheet.owner_) === 1 ? "" : own.media.mediaText;
  const open = media && `@media ${rewriteWritten(media, "", () => 0, false)}{`;
  const whole = look.add_(own, own.href ?? baseOf(sheet.owner_), open, media && "}", 0);
  return [look.rules_, whole];
}

type Methods = Record<string, unknown>;

/** Members of rules that give out what the page may be about to change. */
const HINTS = /^(style|styleMap|media)$/;
const CHANGES = /^(insert|delete|append)Rule$/;
/** So many rules that a page has asked for are looked at again and again: it may have kept what it got. */
const HINTED_MAX = 64;
/** Beyond so many at once nobody looks which of them really changed. */
const FRESH_MAX = 400;

export interface Heard {
  /** A sheet has other rules. */
  sheet_(sheet: CSSStyleSheet): void;
  /** A node has other adopted sheets, or a shadow root. */
  root_(node: Node): void;
  /** Something may change, after this. */
  wake_(): void;
}

export interface Ears {
  /** Look at rules that the page has laid hands on; at `all` that it may have kept, or the latest. */
  look_(all: boolean): void;
  /** Take them off. Where the page has wrapped ours in the meantime they stay, deaf. */
  stop_(): void;
}

/** While live only: hear of what the page does by script and no observer tells. */
export function listenToScripts(heard: Heard, realm: Window & typeof globalThis): Ears {
  let deaf = false;
  const restore: (() => void)[] = [];
  /** Rules that the page has got hold of, as they were then. */
  const hinted = new Map<CSSRule, string>();
  const latest = new Set<CSSRule>();

  const onRule = (rule: CSSRule) => {
    forgetText(rule);
    if (rule.parentStyleSheet) heard.sheet_(rule.parentStyleSheet);
  };
  const onHint = (rule: CSSRule) => {
    if (latest.size > FRESH_MAX) {
      onRule(rule);
      return;
    }
    if (!hinted.has(rule)) hinted.set(rule, rule.cssText);
    latest.add(rule);
    heard.wake_();
  };

  const wrap = <T>(
    of: { prototype: object } | undefined,
    name: string,
    then: (it: T, given: unknown) => void,
    key: "value" | "set" | "get" = "value",
  ) => {
    const prototype = of?.prototype as Methods;
    const described = of && Object.getOwnPropertyDescriptor(prototype, name);
    const original = described?.[key] as ((...all: unknown[]) => unknown) | undefined;
    if (!described?.configurable || !original) return;
    // It looks in all like the one it stands for.
    const wrapped = new Proxy(original, {
      apply(_, it, all) {
        const result = Reflect.apply(original, it, all);
        if (!deaf) then(it, all[0]);
        return result;
      },
    });
    Object.defineProperty(prototype, name, { [key]: wrapped });
    restore.push(() => {
      const now = Object.getOwnPropertyDescriptor(prototype, name);
      if (now?.[key] === wrapped) Object.defineProperty(prototype, name, { [key]: original });
    });
  };

  const { CSSStyleSheet: Sheets, CSSStyleDeclaration: Declarations } = realm;
  const onText = (sheet: CSSStyleSheet, css: unknown) => {
    noteSource(sheet, css);
    heard.sheet_(sheet);
  };
  for (const name of ["insertRule", "deleteRule", "replaceSync", "addRule", "removeRule"]) wrap(Sheets, name, onText);
  // Asynchronous: the rules are there when its promise is kept.
  wrap(Sheets, "replace", (sheet: CSSStyleSheet, css) => setTimeout(() => onText(sheet, css), 50));
  // Not a change of its rules: a link stays one.
  wrap(
    realm.StyleSheet,
    "disabled",
    (sheet: CSSStyleSheet) => (sheet.ownerNode ? heard.root_(sheet.ownerNode) : heard.sheet_(sheet)),
    "set",
  );
  wrap(realm.HTMLStyleElement, "disabled", heard.root_, "set");
  // Every class of rules, whatever a browser has.
  for (const name of Object.getOwnPropertyNames(realm)) {
    if (!/^CSS.+(Rule|Declarations)$/.test(name)) continue;
    const of = (realm as unknown as Methods)[name] as { prototype: object };
    for (const [member, { set, get }] of Object.entries(Object.getOwnPropertyDescriptors(of.prototype))) {
      if (set) wrap(of, member, onRule, "set");
      if (get && HINTS.test(member)) wrap(of, member, onHint, "get");
      if (CHANGES.test(member)) {
        wrap(of, member, (rule: CSSRule, css) => {
          noteSource(rule.parentStyleSheet, css);
          onRule(rule);
        });
      }
    }
  }
  // Of declarations that the page got before anybody listened.
  const onDeclaration = ({ parentRule }: CSSStyleDeclaration) => parentRule && onRule(parentRule);
  wrap(Declarations, "setProperty", onDeclaration);
  wrap(Declarations, "removeProperty", onDeclaration);
  wrap(Declarations, "cssText", onDeclaration, "set");
  for (const of of [realm.Document, realm.ShadowRoot]) {
    wrap(of, "adoptedStyleSheets", heard.root_, "set");
    // It may be about to push to the list.
    wrap(of, "adoptedStyleSheets", heard.root_, "get");
  }
  wrap(realm.Element, "attachShadow", heard.root_);

  return {
    look_(all) {
      for (const rule of all ? [...hinted.keys()] : latest) {
        const text = rule.cssText;
        if (text !== hinted.get(rule)) onRule(rule);
        hinted.set(rule, text);
      }
      latest.clear();
      for (const rule of hinted.keys()) if (hinted.size > HINTED_MAX) hinted.delete(rule);
    },
    stop_() {
      deaf = true;
      for (const undo of restore.reverse()) undo();
    },
  };
}

export { DOTS };
