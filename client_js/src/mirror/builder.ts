// Builds the picture of one epoch, node by node, and refuses whatever does not fit. The hub has checked the tables;
// only here is it known which ids there are.

import type { Ops, Snapshot } from "../protocol";
import { drawLink, dropAttribute, putAttribute } from "./attributes";
import {
  attachShadow,
  childrenOf,
  contains,
  homeOf,
  insertBefore,
  isConnected,
  moveBefore,
  parentOf,
  remove,
  shadowOf,
} from "./dom";
import { draw, drawSelect } from "./fields";
import type { Known } from "./known";
import { checkSizes } from "./limits";
import { type Medium, MIRROR } from "./medium";
import { checkFrames, drawWithheld, holdsFrame, nested } from "./nested";
import { drawPicture } from "./pictures";
import { Refusal } from "./refusal";
import type { Sheets, Window_ } from "./sheets";
import { weighUses } from "./uses";
import { isTag, type Kind, kindOf, LIMITS, NO_INSIDE, OPS, SNAPSHOT_OPS, svgName } from "./vocabulary";
import type { MirrorWords } from "./words";

const SVG = "http://www.w3.org/2000/svg";
/** Ids seen in one epoch, retired ones included; beyond it a new epoch is asked for. */
const IDS_PER_EPOCH = 2_000_000;
const PICTURES: ReadonlySet<string> = new Set(["img", "video", "canvas", "iframe"]);
const HOLDS_RULES: ReadonlySet<string> = new Set(["style", "link"]);

export interface Selection {
  start: Known;
  startOffset: number;
  end: Known;
  endOffset: number;
}

export interface Scrolled {
  x: number;
  y: number;
}

interface Name {
  readonly tag: string;
  readonly name: string;
  readonly kind: Kind;
}

type Tables = Pick<Snapshot, "tags" | "names" | "urls" | "styles" | "texts">;

export class Builder {
  readonly scrolls = new Map<Known, Scrolled>();
  readonly sheets: Sheets;
  focused: Known | null = null;
  selection: Selection | null = null;
  root: Known | null = null;
  /** The documents of the picture, that of the page first. */
  readonly documents = new Set<Known>();
  private readonly byId = new Map<number, Known>();
  private readonly byNode = new Map<Node, Known>();
  private readonly used = new Set<number>();
  private readonly selects = new Set<Known>();
  private readonly uses = new Set<Element>();
  private usesChanged = false;
  private tables: Tables = { tags: [], names: [], urls: [], styles: [], texts: [] };
  /** The names of this frame, each read once. */
  private named: Name[] = [];
  private ints: readonly number[] = [];
  private at = 0;

  /** `watch` is told of each document and shadow root, to listen there. */
  constructor(
    private readonly document: Document,
    window: Window_,
    ownRules: string,
    private readonly words: MirrorWords,
    private readonly watch: (root: Document | ShadowRoot) => void,
    readonly medium: Medium = MIRROR,
  ) {
    this.sheets = medium.sheets(window, ownRules);
  }

  /** Apply a part of a snapshot, or ops. Raises `Refusal`; the picture is of no use then. */
  apply(message: Snapshot | Ops): void {
    const snapshot = message.k === "snapshot";
    checkSizes(message);
    this.tables = message;
    this.named = [];
    this.ints = snapshot ? message.nodes : message.ops;
    this.at = 0;
    while (this.at < this.ints.length) this.record(snapshot);
    this.afterFrame();
  }

  knownOf(node: Node): Known | undefined {
    return this.byNode.get(node);
  }

  known(id: number): Known | undefined {
    return this.byId.get(id);
  }

  // --- reading

  private next(): number {
    const value = this.ints[this.at];
    if (value === undefined) throw new Refusal("cut_short");
    if (!Number.isInteger(value)) throw new Refusal("not_an_integer");
    this.at += 1;
    return value;
  }

  private entry<T>(table: readonly T[]): T {
    const value = table[this.next()];
    if (value === undefined) throw new Refusal("outside_table");
    return value;
  }

  private nextKnown(what?: Known["what"]): Known {
    const known = this.byId.get(this.next());
    if (known === undefined) throw new Refusal("unknown_id");
    if (what !== undefined && known.what !== what) throw new Refusal("wrong_node");
    return known;
  }

  private newId(): number {
    return this.use(this.next());
  }

  /** Take an id that was never used before in this epoch. */
  private use(id: number): number {
    if (id <= 0 || id >= 2 ** 31) throw new Refusal("bad_id");
    if (this.used.has(id)) throw new Refusal("duplicate_id");
    if (this.used.size >= IDS_PER_EPOCH) throw new Refusal("too_many_ids");
    this.used.add(id);
    return id;
  }

  private record(snapshot: boolean): void {
    const op = this.next();
    if (snapshot && !SNAPSHOT_OPS.has(op)) throw new Refusal("not_in_snapshot");
    const read = this.readers[op];
    if (read === undefined) throw new Refusal("unknown_record");
    read();
  }

  private readonly readers: Readonly<Record<number, () => void>> = {
    [OPS.element]: () => this.element(),
    [OPS.text]: () => this.text(),
    [OPS.shadow]: () => this.shadow(),
    [OPS.document]: () => this.documentNode(),
    [OPS.sheet]: () => this.sheet(),
    [OPS.remove]: () => this.remove(),
    [OPS.move]: () => this.move(),
    [OPS.text_change]: () => this.textChange(),
    [OPS.attribute]: () => this.attribute(),
    [OPS.attribute_removed]: () => this.attributeRemoved(),
    [OPS.scroll]: () => this.scroll(),
    [OPS.focus]: () => this.focus(),
    [OPS.rule_inserted]: () => this.sheets.insertRule(this.next(), this.next(), this.entry(this.tables.styles)),
    [OPS.rule_removed]: () => this.sheets.removeRule(this.next(), this.next()),
    [OPS.selection]: () => this.selected(),
    [OPS.adopt]: () => this.adopt(),
  };

  // --- records

  private element(): void {
    const id = this.newId();
    const parent = this.parent();
    const before = this.before(parent);
    const tag = this.entry(this.tables.tags);
    if (!isTag(tag)) throw new Refusal("unknown_tag");
    const node = this.create(tag, homeOf(parent.node));
    const known = this.keep({ id, what: "element", tag, attributes: new Map(), node, depth: parent.depth + 1 });
    const count = this.next();
    if (count < 0 || count > LIMITS.attributes_per_element) throw new Refusal("too_many_attributes");
    for (let each = 0; each < count; each += 1) {
      const { name, kind } = this.name(tag);
      if (known.attributes.has(name)) throw new Refusal("duplicate_attribute");
      this.put(known, name, kind, this.value(kind));
    }
    this.insert(parent, node, before);
    if (tag === "select") this.selects.add(known);
    this.drawn(known);
  }

  private create(tag: string, home: Document): Element {
    const inSvg = svgName(tag);
    if (inSvg !== undefined) return home.createElementNS(SVG, inSvg);
    const element = this.medium.create(home, tag === "placeholder" ? "div" : tag);
    // As the picture itself: no script, whatever comes.
    if (tag === "iframe") element.setAttribute("sandbox", "allow-same-origin");
    return element;
  }

  private text(): void {
    const id = this.newId();
    const parent = this.parent();
    const before = this.before(parent);
    if (parent.what === "document") throw new Refusal("text_not_here");
    const node = homeOf(parent.node).createTextNode(this.entry(this.tables.texts));
    this.keep({ id, what: "text", tag: "", attributes: new Map(), node, depth: parent.depth + 1 });
    this.insert(parent, node, before);
  }

  private shadow(): void {
    const id = this.newId();
    const host = this.nextKnown("element");
    if (NO_INSIDE.has(host.tag)) throw new Refusal("no_inside");
    if (shadowOf(host.node) !== null) throw new Refusal("second_shadow");
    let node: ShadowRoot;
    try {
      node = attachShadow(host.node as Element);
    } catch {
      throw new Refusal("no_shadow_here");
    }
    const known = this.keep({ id, what: "shadow", tag: "", attributes: new Map(), node, depth: host.depth + 1 });
    this.watch(node);
    this.sheets.begin(known);
  }

  private documentNode(): void {
    const id = this.newId();
    const frame = this.next();
    let known: Known;
    if (frame === 0) {
      if (this.root !== null) throw new Refusal("second_document");
      known = { id, what: "document", tag: "", attributes: new Map(), node: this.document, depth: 0 };
      this.root = known;
    } else {
      this.at -= 1;
      known = nested(id, this.nextKnown("element"), this.documents, this.medium);
    }
    this.keep(known);
    this.documents.add(known);
    this.watch(known.node as Document);
    this.sheets.begin(known);
  }

  private sheet(): void {
    const id = this.next();
    const owner = this.nextKnown();
    const before = this.next();
    const count = this.next();
    const rules: string[] = [];
    for (let each = 0; each < count; each += 1) rules.push(this.entry(this.tables.styles));
    if (owner.what === "element") {
      if (!HOLDS_RULES.has(owner.tag)) throw new Refusal("sheet_owner");
      if (owner.tag === "link") this.replaceNode(owner, "style");
    } else if (owner.what === "text") throw new Refusal("sheet_owner");
    if (!this.sheets.has(id)) this.use(id);
    this.sheets.put(id, owner, before, rules);
  }

  private adopt(): void {
    const [id, owner, before, sheet] = [this.newId(), this.nextKnown(), this.next(), this.next()];
    if (owner.what !== "document" && owner.what !== "shadow") throw new Refusal("sheet_owner");
    this.sheets.share(id, owner, before, sheet);
  }

  /** A link whose rules come with the view needs an element that can hold them, in its place in the cascade. */
  private replaceNode(owner: Known, name: "style" | "link"): void {
    const old = owner.node as Element;
    if (old.localName === name) return;
    const fresh = this.create(name, homeOf(old));
    this.byNode.delete(old);
    this.byNode.set(fresh, owner);
    owner.node = fresh;
    for (const [attribute, value] of [...owner.attributes]) {
      const kind = kindOf(owner.tag, attribute);
      if (kind !== undefined) this.put(owner, attribute, kind, value);
    }
    old.replaceWith(fresh);
  }

  private remove(): void {
    const id = this.next();
    if (this.sheets.has(id)) {
      const owner = this.sheets.remove(id);
      if (owner.tag === "link") this.replaceNode(owner, "link");
      return;
    }
    const known = this.byId.get(id);
    if (known === undefined) throw new Refusal("unknown_id");
    if (known.what === "document" || known.what === "shadow") throw new Refusal("wrong_node");
    remove(known.node);
    this.forget(known);
  }

  private move(): void {
    const known = this.nextKnown();
    const parent = this.parent();
    const before = this.before(parent);
    if (known.what !== "element" && known.what !== "text") throw new Refusal("wrong_node");
    if (known.what === "text" && parent.what === "document") throw new Refusal("text_not_here");
    if (known === before || contains(known.node, parent.node)) throw new Refusal("into_itself");
    if (homeOf(known.node) !== homeOf(parent.node)) throw new Refusal("other_document");
    const put = holdsFrame(known.node, this.documents) ? moveBefore : insertBefore;
    this.insert(parent, known.node, before, put);
    this.deepen(known, parent.depth + 1);
    for (const each of this.within(known)) if (each.what === "element") this.drawn(each);
  }

  private textChange(): void {
    const known = this.nextKnown("text");
    (known.node as Text).data = this.entry(this.tables.texts);
  }

  private attribute(): void {
    const known = this.nextKnown("element");
    const { name, kind } = this.name(known.tag);
    this.put(known, name, kind, this.value(kind));
    this.drawn(known);
  }

  private attributeRemoved(): void {
    const known = this.nextKnown("element");
    const { name } = this.name(known.tag);
    dropAttribute(known, name);
    this.drawn(known);
  }

  private scroll(): void {
    const known = this.nextKnown();
    if (known.what !== "element" && known.what !== "document") throw new Refusal("wrong_node");
    this.scrolls.set(known, { x: this.next(), y: this.next() });
  }

  private focus(): void {
    const id = this.next();
    if (id === 0) {
      this.focused = null;
      return;
    }
    this.at -= 1;
    this.focused = this.nextKnown("element");
  }

  private selected(): void {
    const [start, startOffset, end, endOffset] = [this.next(), this.next(), this.next(), this.next()];
    if (start === 0 && end === 0) {
      this.selection = null;
      return;
    }
    const [first, last] = [this.byId.get(start), this.byId.get(end)];
    if (first === undefined || last === undefined) throw new Refusal("unknown_id");
    if (startOffset < 0 || endOffset < 0) throw new Refusal("bad_selection");
    this.selection = { start: first, startOffset, end: last, endOffset };
  }

  // --- parts of records

  private parent(): Known {
    const parent = this.nextKnown();
    if (parent.what === "text") throw new Refusal("wrong_node");
    if (NO_INSIDE.has(parent.tag)) throw new Refusal("no_inside");
    if (parent.depth + 1 > LIMITS.depth) throw new Refusal("too_deep");
    return parent;
  }

  private before(parent: Known): Known | null {
    const id = this.next();
    if (id === 0) return null;
    const before = this.byId.get(id);
    if (before === undefined) throw new Refusal("unknown_id");
    if (parentOf(before.node) !== parent.node) throw new Refusal("before_elsewhere");
    return before;
  }

  private name(tag: string): Name {
    const known = this.named[this.ints[this.at] ?? -1];
    const found = known ?? this.readName(tag);
    if (known !== undefined) this.at += 1;
    if (found.tag !== tag) throw new Refusal("wrong_name");
    return found;
  }

  private readName(of: string): Name {
    const index = this.ints[this.at] ?? 0;
    const [tag, name, ...more] = this.entry(this.tables.names).split(" ");
    if (tag !== of || name === undefined || more.length > 0) throw new Refusal("wrong_name");
    const kind = kindOf(tag, name);
    if (kind === undefined) throw new Refusal("unknown_name");
    const read = { tag, name, kind };
    this.named[index] = read;
    return read;
  }

  private value(kind: Kind): string | number {
    if (kind === "style") return this.entry(this.tables.styles);
    if (kind === "number" || kind === "flag") return this.next();
    if (kind !== "url") return this.entry(this.tables.texts);
    const n = this.entry(this.tables.urls);
    if (!Number.isInteger(n) || n < 1 || n > LIMITS.url_numbers) throw new Refusal("bad_asset_number");
    return n;
  }

  private keep(known: Known): Known {
    if (this.byId.size >= LIMITS.nodes) throw new Refusal("too_many_nodes");
    if (known.depth > LIMITS.depth) throw new Refusal("too_deep");
    this.byId.set(known.id, known);
    this.byNode.set(known.node, known);
    return known;
  }

  private insert(parent: Known, node: Node, before: Known | null, put = insertBefore): void {
    try {
      put(parent.node, node, before?.node ?? null);
    } catch {
      throw new Refusal("not_here");
    }
  }

  private put(known: Known, name: string, kind: Kind, value: string | number): void {
    putAttribute(known, name, kind, value, this.medium.copies(kind));
  }

  private drawn(known: Known): void {
    this.medium.drawn?.(known);
    drawLink(known);
    draw(known, this.words);
    if (known.tag === "option" || known.tag === "select") this.selectOf(known.node);
    if (PICTURES.has(known.tag)) drawPicture(known, this.medium.copies("url"));
    if (known.tag === "iframe") drawWithheld(known, this.words, this.medium);
    if (known.tag === "svg:use") this.uses.add(known.node as Element);
    if (svgName(known.tag) !== undefined) this.usesChanged = true;
  }

  private selectOf(node: Node): void {
    const known = this.byNode.get((node as Element).closest("select") ?? node);
    if (known?.tag === "select") this.selects.add(known);
  }

  // --- subtrees

  /** `top` and all known nodes below it, shadow trees included, each before its children. */
  private *within(top: Known): Generator<Known> {
    const waiting: Known[] = [top];
    for (let known = waiting.pop(); known !== undefined; known = waiting.pop()) {
      yield known;
      for (const child of childrenOf(known.node)) this.queue(waiting, child);
      const shadow = shadowOf(known.node);
      if (shadow !== null) this.queue(waiting, shadow);
      if (known.inside !== undefined) waiting.push(known.inside);
    }
  }

  private queue(waiting: Known[], node: Node): void {
    const known = this.byNode.get(node);
    if (known !== undefined) waiting.push(known);
  }

  private forget(top: Known): void {
    for (const known of this.within(top)) {
      this.byId.delete(known.id);
      this.byNode.delete(known.node);
      this.scrolls.delete(known);
      this.selects.delete(known);
      this.uses.delete(known.node as Element);
      this.documents.delete(known);
      if (known.what === "document" || known.what === "shadow" || HOLDS_RULES.has(known.tag)) this.sheets.forget(known);
      if (this.focused === known) this.focused = null;
      if (this.selection?.start === known || this.selection?.end === known) this.selection = null;
    }
  }

  private deepen(top: Known, depth: number): void {
    const by = depth - top.depth;
    if (by <= 0) return;
    for (const known of this.within(top)) {
      known.depth += by;
      if (known.depth > LIMITS.depth) throw new Refusal("too_deep");
    }
  }

  private afterFrame(): void {
    checkFrames(this.documents);
    this.sheets.settle();
    for (const known of this.selects) {
      if (isConnected(known.node)) this.drawSelect(known);
    }
    this.selects.clear();
    if (this.usesChanged) weighUses(this.uses);
    this.usesChanged = false;
  }

  private drawSelect(known: Known): void {
    const select = known.node as HTMLSelectElement;
    const options = [...select.querySelectorAll("option")].map((option) => this.byNode.get(option));
    drawSelect(
      select,
      known,
      options.filter((option) => option !== undefined),
    );
  }
}
