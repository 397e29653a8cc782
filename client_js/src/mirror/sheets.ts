// Stylesheets of the picture: each rule is parsed alone, so that no rule can reach into the next.

import { check } from "./css";
import { homeOf } from "./dom";
import { BROWSER } from "./ink";
import type { Known } from "./known";
import { Refusal } from "./refusal";

/** Stands where a rule does not parse here, so that the indices stay those of the customer's sheet. */
const NO_RULE = "@media not all{}";

export interface Sheet {
  readonly id: number;
  readonly owner: Known;
  rules: string[];
  /** What carries the rules now; another one once a `style` element was moved. */
  target: CSSStyleSheet | null;
}

export type Window_ = Window & { readonly CSSStyleSheet: typeof CSSStyleSheet };

export class Sheets {
  protected readonly byId = new Map<number, Sheet>();
  /** Adopted sheets of each document and shadow root, in order. */
  protected readonly adopted = new Map<Known, Sheet[]>();
  protected readonly own: CSSStyleSheet;
  /** What a browser's own sheet says, under all that the page says; adopted in every root, first. */
  readonly browser: CSSStyleSheet;
  protected changed = false;

  /** `ownRules` is how the mirror draws masks and placeholders; it is adopted in every root, last. */
  constructor(
    protected readonly window: Window_,
    ownRules: string,
  ) {
    this.own = new window.CSSStyleSheet();
    this.own.replaceSync(ownRules);
    this.browser = new window.CSSStyleSheet();
    this.browser.replaceSync(BROWSER);
  }

  has(id: number): boolean {
    return this.byId.has(id);
  }

  /** Hears of each rule of the page's once it stands in its sheet, and of the text it was made of. */
  onRule: (rule: CSSRule, text: string) => void = () => undefined;

  /** True once after rules changed. */
  takeChanged(): boolean {
    const changed = this.changed;
    this.changed = false;
    return changed;
  }

  /** A document or a shadow root begins. */
  begin(root: Known): void {
    this.adopted.set(root, []);
    this.adopt(root);
  }

  /** The rules of a new sheet, or all rules of a known one anew. */
  put(id: number, owner: Known, before: number, rules: string[]): void {
    for (const rule of rules) check(rule);
    const known = this.byId.get(id);
    if (known !== undefined) {
      if (known.owner !== owner) throw new Refusal("sheet_owner");
      known.rules = rules;
      // What it shared with others goes on there.
      if (this.adopted.has(owner) && this.isShared(known)) {
        known.target = new (this.viewOf(owner).CSSStyleSheet)();
        this.adopt(owner);
      }
      this.fill(known);
      return;
    }
    const sheet: Sheet = { id, owner, rules, target: null };
    if (this.adopted.has(owner)) this.place(sheet, before);
    else if (before !== 0 || this.of(owner).length > 0) throw new Refusal("sheet_owner");
    this.byId.set(id, sheet);
    this.fill(sheet);
  }

  /** A sheet that was put already, adopted by one more root: its rules are the same, whichever place they change in. */
  share(id: number, owner: Known, before: number, source: number): void {
    const known = this.byId.get(source);
    if (known === undefined) throw new Refusal("unknown_sheet");
    // One of an element is not for adoption, nor one that was made for another document.
    if (!this.adopted.has(known.owner) || homeOf(known.owner.node) !== homeOf(owner.node))
      throw new Refusal("sheet_owner");
    const sheet: Sheet = { id, owner, rules: known.rules, target: known.target };
    this.place(sheet, before);
    this.byId.set(id, sheet);
  }

  private place(sheet: Sheet, before: number): void {
    const siblings = this.adopted.get(sheet.owner) ?? [];
    const at = before === 0 ? siblings.length : siblings.findIndex((each) => each.id === before);
    if (at < 0) throw new Refusal("sheet_before");
    sheet.target ??= new (this.viewOf(sheet.owner).CSSStyleSheet)();
    siblings.splice(at, 0, sheet);
    this.adopt(sheet.owner);
  }

  private isShared({ id, target }: Sheet): boolean {
    return [...this.byId.values()].some((each) => each.id !== id && each.target === target);
  }

  /** Returns what it belonged to. */
  remove(id: number): Known {
    const sheet = this.byId.get(id);
    if (sheet === undefined) throw new Refusal("unknown_sheet");
    this.byId.delete(id);
    const siblings = this.adopted.get(sheet.owner);
    if (siblings === undefined) {
      empty(sheet.target);
    } else {
      siblings.splice(siblings.indexOf(sheet), 1);
      this.adopt(sheet.owner);
    }
    return sheet.owner;
  }

  /** The subtree with this node is gone. */
  forget(owner: Known): void {
    this.adopted.delete(owner);
    for (const sheet of this.of(owner)) this.byId.delete(sheet.id);
  }

  insertRule(id: number, index: number, rule: string): void {
    check(rule);
    const sheet = this.known(id, index, 1);
    sheet.rules.splice(index, 0, rule);
    this.changed = true;
    if (sheet.target !== null) this.insert(sheet.target, this.drawn(rule), index);
  }

  removeRule(id: number, index: number): void {
    const sheet = this.known(id, index, 0);
    sheet.rules.splice(index, 1);
    sheet.target?.deleteRule(index);
  }

  private known(id: number, index: number, beyond: number): Sheet {
    const sheet = this.byId.get(id);
    if (sheet === undefined) throw new Refusal("unknown_sheet");
    if (index < 0 || index >= sheet.rules.length + beyond) throw new Refusal("rule_index");
    return sheet;
  }

  /** A `style` element that moved, or changed, has a fresh and empty sheet: fill it again. */
  settle(): void {
    for (const sheet of this.byId.values()) {
      if (!this.adopted.has(sheet.owner) && ownSheet(sheet.owner) !== sheet.target) this.fill(sheet);
    }
  }

  /** The rule as it is drawn here. */
  protected drawn(rule: string): string {
    return rule;
  }

  /** What carries the rules of an element's own sheet. */
  protected carrier(sheet: Sheet): CSSStyleSheet | null {
    return ownSheet(sheet.owner);
  }

  protected fill(sheet: Sheet): void {
    if (!this.adopted.has(sheet.owner)) sheet.target = this.carrier(sheet);
    const target = sheet.target;
    if (target === null) return;
    this.changed = true;
    empty(target);
    sheet.rules.forEach((rule, index) => {
      this.insert(target, this.drawn(rule), index);
    });
  }

  protected adopt(root: Known): void {
    const sheets = (this.adopted.get(root) ?? []).map((sheet) => sheet.target).filter((target) => target !== null);
    const [browser, own] = this.oursIn(root);
    (root.node as Document | ShadowRoot).adoptedStyleSheets = [browser, ...sheets, own];
  }

  /** The window of the document that a node is in. */
  protected viewOf(known: Known): Window_ {
    return (homeOf(known.node).defaultView ?? this.window) as Window_;
  }

  private readonly copies = new Map<Window_, readonly [CSSStyleSheet, CSSStyleSheet]>();

  /** The mirror's own sheets, as they were: one that was made for the page's document cannot be adopted in a frame. */
  protected oursIn(root: Known): readonly [browser: CSSStyleSheet, own: CSSStyleSheet] {
    const view = this.viewOf(root);
    if (view === this.window) return [this.browser, this.own];
    const copy = (from: CSSStyleSheet) => {
      const made = new view.CSSStyleSheet();
      made.replaceSync([...from.cssRules].map((rule) => rule.cssText).join("\n"));
      return made;
    };
    const ours = this.copies.get(view) ?? ([copy(this.browser), copy(this.own)] as const);
    this.copies.set(view, ours);
    return ours;
  }

  private insert(sheet: CSSStyleSheet, rule: string, index: number): void {
    insert(sheet, rule, index);
    const inserted = sheet.cssRules[index];
    if (inserted !== undefined) this.onRule(inserted, rule);
  }

  private of(owner: Known): Sheet[] {
    const adopted = this.adopted.get(owner);
    return adopted ?? [...this.byId.values()].filter((sheet) => sheet.owner === owner);
  }

  /** The rules of each sheet of `owner`, as the wire gave them. */
  rulesOf(owner: Known): readonly (readonly string[])[] {
    return this.of(owner).map((sheet) => sheet.rules);
  }
}

function ownSheet(owner: Known): CSSStyleSheet | null {
  return (owner.node as HTMLStyleElement).sheet ?? null;
}

function empty(sheet: CSSStyleSheet | null): void {
  for (let index = (sheet?.cssRules.length ?? 0) - 1; index >= 0; index -= 1) sheet?.deleteRule(index);
}

/** One entry of the wire is one rule here, whatever it holds. */
function insert(sheet: CSSStyleSheet, rule: string, index: number): void {
  for (const attempt of [rule, `@media all{${rule}}`, NO_RULE]) {
    try {
      sheet.insertRule(attempt, index);
      return;
    } catch (error) {
      // This browser does not know the rule, or it is several: the next attempt stands in its place.
      if (attempt === NO_RULE) throw error;
    }
  }
}
