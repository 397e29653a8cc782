// The stylesheets of a preview. The customer's page may forbid inline styles, and asking it for each sheet again would be
// a request of ours in its name: so every sheet is one that was made by script, in the place where the page has it.

import type { Known } from "../../mirror/known";
import { type Sheet, Sheets, type Window_ } from "../../mirror/sheets";
import type { PreviewAssets } from "./assets";

const IMPORT = /@import\s+url\("a\/(\d+)"\)\s*([^;{}]*);?/g;
const LAYER = /^layer(?:\(([^()]*)\))?\s*/i;
const SUPPORTS = /^supports(\((?:[^()]|\([^()]*\))*\))\s*/i;
const IMPORT_DEPTH = 4;

interface Linked {
  readonly n: number;
  readonly sheet: CSSStyleSheet;
}

export class PreviewSheets extends Sheets {
  private readonly links = new Map<Known, Linked>();

  constructor(
    window: Window_,
    ownRules: string,
    private readonly assets: PreviewAssets,
    private readonly changedLate: () => void,
  ) {
    super(window, ownRules);
  }

  /** The stylesheet behind `n` belongs to this link now; 0: none does. */
  link(known: Known, n: number): void {
    if ((this.links.get(known)?.n ?? 0) === n) return;
    this.links.delete(known);
    if (n === 0) return;
    this.links.set(known, { n, sheet: new (this.viewOf(known).CSSStyleSheet)() });
    this.fillLink(known, n);
  }

  override forget(owner: Known): void {
    super.forget(owner);
    this.links.delete(owner);
  }

  /** Where elements came, went or moved, the order of the sheets did too. */
  override settle(): void {
    for (const root of this.adopted.keys()) this.adopt(root);
  }

  protected override drawn(rule: string): string {
    return this.assets.addressed(rule, this.late);
  }

  protected override carrier(sheet: Sheet): CSSStyleSheet {
    return sheet.target ?? new (this.viewOf(sheet.owner).CSSStyleSheet)();
  }

  protected override adopt(root: Known): void {
    const found: [Node, CSSStyleSheet][] = [];
    const add = (owner: Known, sheet: CSSStyleSheet | null) => {
      if (sheet === null || owner.node.getRootNode() !== root.node) return;
      const media = String(owner.attributes.get("media") ?? "");
      if (sheet.media.mediaText !== media) sheet.media.mediaText = media;
      found.push([owner.node, sheet]);
    };
    for (const { owner, target } of this.byId.values()) if (!this.adopted.has(owner)) add(owner, target);
    for (const [owner, { sheet }] of this.links) add(owner, sheet);
    found.sort(([a], [b]) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    const [browser, own] = this.oursIn(root);
    const sheets = [browser, ...found.map(([, sheet]) => sheet)];
    for (const { target } of this.adopted.get(root) ?? []) if (target !== null) sheets.push(target);
    sheets.push(own);
    const at = root.node as Document | ShadowRoot;
    const now = at.adoptedStyleSheets;
    if (sheets.length === now.length && sheets.every((sheet, index) => sheet === now[index])) return;
    at.adoptedStyleSheets = sheets;
    this.changed = true;
  }

  /** More is known of the numbers: draw anew what names any. */
  private readonly late = (): void => {
    for (const sheet of this.byId.values()) if (sheet.rules.some((rule) => rule.includes('url("a/'))) this.fill(sheet);
    for (const [known, { n }] of this.links) this.fillLink(known, n);
    this.settle();
    this.changedLate();
  };

  private fillLink(known: Known, n: number): void {
    const linked = this.links.get(known);
    if (linked === undefined) return;
    linked.sheet.replaceSync(this.assets.addressed(this.text(n, []), this.late));
    for (const rule of linked.sheet.cssRules) this.onRule(rule, rule.cssText);
  }

  /** A stylesheet with what it imports in the place of the import; `from` is what it was imported by. */
  private text(n: number, from: readonly number[]): string {
    if (from.includes(n) || from.length > IMPORT_DEPTH) return "";
    const css = this.assets.get(n, this.late)?.css ?? "";
    return css.replace(IMPORT, (_, m: string, how: string) => imported(this.text(Number(m), [...from, n]), how.trim()));
  }
}

/** The rules, under the conditions of their import: `layer(a) supports(b) c`. */
export function imported(rules: string, how: string): string {
  const layer = LAYER.exec(how);
  const rest = layer ? how.slice(layer[0].length) : how;
  const supports = SUPPORTS.exec(rest);
  const media = supports ? rest.slice(supports[0].length) : rest;
  let text = rules;
  if (media) text = `@media ${media}{${text}}`;
  if (supports) text = `@supports ${supports[1]}{${text}}`;
  return layer ? `@layer ${layer[1] ?? ""}{${text}}` : text;
}
