// Stylesheets as rules. Those of `<style>`, adopted ones, and linked ones whose rules the page changed by script; a
// linked sheet that nobody touched travels as an asset instead.
import { DOTS, type Numbered, rewrite } from "../css";
import { STYLE_CHARACTERS } from "../whitelist";
import { linkSheet, localName, nodeType, styleSheet } from "./dom";

const IMPORT_DEPTH = 4;

/** A sheet in one place. An adopted one may be in many; an owner's own is looked up, since it is replaced at will. */
export class Sheet {
  constructor(
    readonly owner_: Node,
    private readonly adopted_?: CSSStyleSheet,
  ) {}

  get sheet_(): CSSStyleSheet | null {
    if (this.adopted_) return this.adopted_;
    const style = localName(this.owner_ as Element) === "style";
    return style ? styleSheet(this.owner_ as HTMLStyleElement) : linkSheet(this.owner_ as HTMLLinkElement);
  }
}

const cached = new WeakMap<CSSRule, string>();

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

/** The rules, rewritten. */
export function rulesOf(sheet: Sheet, numbered: Numbered, masked: boolean): string[] {
  const rules: string[] = [];
  const add = (from: CSSStyleSheet, media: string, depth: number) => {
    if (from.disabled || depth > IMPORT_DEPTH) return;
    for (const rule of list(from)) {
      if (rule instanceof CSSImportRule) {
        if (rule.styleSheet) add(rule.styleSheet, rule.media.mediaText, depth + 1);
        continue;
      }
      if (rule instanceof CSSNamespaceRule) continue;
      let text = masked ? undefined : cached.get(rule);
      if (text === undefined) {
        text = rewrite(rule.cssText, from.href ?? document.baseURI, numbered, false, masked);
        if (!masked && rule instanceof CSSStyleRule) cached.set(rule, text);
      }
      if (media) text = `@media ${rewrite(media, "", () => 0)}{${text}}`;
      // A longer one is left out: the hub would refuse the whole frame.
      if (text.length <= STYLE_CHARACTERS) rules.push(text);
    }
  };
  const own = sheet.sheet_;
  // An element's own media attribute leaves with the element.
  if (own) add(own, nodeType(sheet.owner_) === 1 ? "" : own.media.mediaText, 0);
  return rules;
}

type Methods = Record<string, unknown>;

/**
 * While live only: hear of what the page does by script and no observer tells. Returns what takes the ears off again;
 * where the page has wrapped ours in the meantime they stay, deaf.
 */
export function listenToScripts(onSheet: (sheet: CSSStyleSheet) => void, onRoot: (node: Node) => void): () => void {
  let deaf = false;
  const restore: (() => void)[] = [];

  const wrap = (of: { prototype: object } | undefined, name: string, heard: (it: never) => void) => {
    const prototype = of?.prototype as Methods;
    const described = of && Object.getOwnPropertyDescriptor(prototype, name);
    const key = described?.set ? "set" : "value";
    const original = described?.[key] as ((...all: unknown[]) => unknown) | undefined;
    if (!described?.configurable || !original) return;
    const wrapped = {
      // A method, not a constructor, with the name and length of the one it stands for.
      [name](this: never, ...all: unknown[]): unknown {
        const result = Reflect.apply(original, this, all);
        if (!deaf) heard(this);
        return result;
      },
    }[name];
    Object.defineProperty(wrapped, "length", { value: original.length });
    Object.defineProperty(prototype, name, { ...described, [key]: wrapped });
    restore.push(() => {
      if (Object.getOwnPropertyDescriptor(prototype, name)?.[key] === wrapped) {
        Object.defineProperty(prototype, name, described);
      }
    });
  };

  for (const name of ["insertRule", "deleteRule", "replaceSync", "addRule", "removeRule"]) {
    wrap(CSSStyleSheet, name, onSheet);
  }
  // Asynchronous: the rules are there when its promise is kept.
  wrap(CSSStyleSheet, "replace", (sheet: CSSStyleSheet) => setTimeout(() => onSheet(sheet), 50));
  for (const name of ["insertRule", "deleteRule"]) {
    wrap(CSSGroupingRule, name, (rule: CSSRule) => rule.parentStyleSheet && onSheet(rule.parentStyleSheet));
  }
  for (const of of [Document, ShadowRoot]) wrap(of, "adoptedStyleSheets", onRoot);
  wrap(Element, "attachShadow", onRoot);

  return () => {
    deaf = true;
    for (const undo of restore) undo();
  };
}

export { DOTS };
