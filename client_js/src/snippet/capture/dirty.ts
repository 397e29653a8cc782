// What may have changed. Nothing here looks at what changed or sends it: it marks, and wakes whoever does.
import { type Ears, forgetTexts, listenToScripts, lookOf as lookOfSheet, Sheet } from "./cssom";
import {
  adoptedBy,
  find,
  findInFragment,
  frameOf,
  hasAttribute,
  listen,
  localName,
  nodeType,
  rootOf,
  upOf,
  viewOf,
} from "./dom";
import { EDITOR, type Mask } from "./mask";
import type { Meter } from "./meter";
import type { Sent } from "./sent";
import type { Tree } from "./tree";
import { lookOf, POLLED, type Walk } from "./walk";

const EVENTS = ["scroll", "input", "change", "toggle", "slotchange", "load", "error", "reset", "resize"];

/** So many are marked at once; more wait for a turn. */
const RECORDS_AT_ONCE = 500;

export class Dirty {
  /** Elements, and the document, that scrolled. */
  readonly scrolled_ = new Set<Node>();
  /** Shadow roots in which slots may have come, gone, moved or been given other nodes. */
  private readonly reslotted_ = new Set<Node>();
  private readonly roots_ = new Set<Sent>();
  private readonly polled_ = new Set<Sent>();
  private readonly owned_ = new Set<Sent>();
  private readonly frames_ = new Set<Sent>();
  private readonly looks_ = new Map<Sent, string>();
  private readonly undo_: AbortController = new AbortController();
  private readonly observer_: MutationObserver;
  private readonly mask_: Mask;
  private readonly ears_: Ears[] = [];
  /** Sheets that the page changed by script. */
  private readonly sheets_ = new Set<CSSStyleSheet>();
  private inDoubt_ = false;
  /** What was observed and is not marked yet. */
  private heard_: MutationRecord[] = [];
  private readonly heardOf_: (event: Event) => void;
  tree_!: Tree;

  constructor(
    private readonly walk_: Walk,
    private readonly wake_: () => void,
    /** Hears of each document in a frame. */
    private readonly onFrame_: (inside: Document) => void,
    private readonly meter_: Meter,
  ) {
    this.mask_ = walk_.mask_;
    // One for all: what is heard in the same place again is not heard twice.
    this.heardOf_ = meter_.timed_((event: Event) => this.onEvent_(event));
    this.observer_ = new MutationObserver(
      meter_.timed_((records: MutationRecord[]) => {
        this.hear_(records);
        if (this.heard_.length < RECORDS_AT_ONCE) this.mark_(Number.POSITIVE_INFINITY);
      }),
    );
  }

  start_(tree: Tree): void {
    this.tree_ = tree;
    forgetTexts();
    this.listenTo_(window);
  }

  private listenTo_(realm: Window & typeof globalThis): void {
    const heard = {
      sheet_: (sheet: CSSStyleSheet) => {
        this.sheets_.add(sheet);
        this.wake_();
      },
      root_: this.meter_.timed_((node: Node) => this.touchChildren_(node)),
      wake_: this.wake_,
    };
    this.ears_.push(listenToScripts(heard, realm));
  }

  stop_(): void {
    this.observer_.disconnect();
    this.undo_.abort();
    for (const ears of this.ears_) ears.stop_();
  }

  /** A part was sent for the first time. */
  readonly onSent_ = (sent: Sent, type: number): void => {
    const part = sent.part_ as Node;
    const { tag_: tag, own_: own } = sent;
    if (tag) {
      if (own) this.owned_.add(sent);
      if (tag.tag_ === "iframe") this.frames_.add(sent);
      if (lookOf(tag) & POLLED || own & EDITOR || hasAttribute(part as Element, "popover")) this.polled_.add(sent);
    } else if (!type) this.looks_.set(sent, lookOfSheet(sent.part_ as Sheet));
    else if (type > 8) {
      this.roots_.add(sent);
      this.observe_(part);
      // It may have been scrolled before anybody looked.
      if (type === 9) this.scrolled_.add(part);
      if (frameOf(part)) {
        this.listenTo_(viewOf(part as Document) as Window & typeof globalThis);
        this.onFrame_(part as Document);
      }
    }
  };

  private observe_(root: Node): void {
    // Twice is once, and a document that is opened anew has lost its listeners.
    this.observer_.observe(root, {
      childList: true,
      characterData: true,
      attributes: true,
      attributeOldValue: true,
      subtree: true,
    });
    const options = { capture: true, passive: true, signal: this.undo_.signal };
    for (const type of EVENTS) listen(root, type, this.heardOf_, options);
  }

  private onEvent_(event: Event): void {
    const target = (event.composedPath()[0] ?? event.target) as Node;
    if (event.type === "scroll") this.scrolled_.add(target);
    else if (event.type === "slotchange") {
      this.reslotted_.add(rootOf(target));
    } else if (event.type === "reset" || event.type === "change") {
      this.touchFields_();
    } else this.touch_(target);
    this.wake_();
  }

  /** What was observed since; before anything is sent. False where the time was up before all was marked. Only where
   * all is `wanted` is it known which selectors match others now. */
  take_(until: number, wanted: boolean): boolean {
    this.hear_(this.observer_.takeRecords());
    if (!this.mark_(until)) return false;
    for (const ears of this.ears_) ears.look_(false);
    this.touchSheets_();
    // Frames are led elsewhere without a mutation.
    for (const sent of this.here_(this.frames_))
      if (this.tree_.insideOf_(sent) !== sent.inside_) this.tree_.dirtySelf_.add(sent);
    if (this.inDoubt_ && wanted) this.refreshOwn_();
    for (const root of this.reslotted_) this.tree_.rebitsSlotted_(root);
    this.reslotted_.clear();
    return true;
  }

  private hear_(records: MutationRecord[]): void {
    if (!records.length) return;
    this.heard_ = this.heard_.length ? this.heard_.concat(records) : records;
    this.inDoubt_ = true;
    this.wake_();
  }

  private mark_(until: number): boolean {
    const { heard_: heard } = this;
    /** To be marked twice is to be marked once: a list that is sorted makes two records of each line. */
    const seen = [new Set<Node>(), new Set<Node>()] as const;
    for (const [at, { type, target, attributeName, oldValue }] of heard.entries()) {
      const isList = type === "childList";
      const marked = seen[+isList as 0 | 1];
      if (!marked.has(target)) {
        marked.add(target);
        if (isList) this.touchChildren_(target);
        else this.touch_(target);
      }
      if (attributeName === "type") this.mask_.wasField_(target as Element, oldValue ?? "");
      if (!(~at & 127) && performance.now() > until) {
        this.heard_ = heard.slice(at + 1);
        return false;
      }
    }
    this.heard_ = [];
    return true;
  }

  private touchChildren_(node: Node): void {
    const sent = this.tree_.sent_.get(node);
    if (sent) this.tree_.dirtyChildren_.add(sent);
    // No event tells of a slot that went, or went elsewhere in the same tree.
    const root = rootOf(node);
    if (nodeType(root) === 11) this.reslotted_.add(root);
    this.touch_(node);
    this.wake_();
  }

  /** The node itself, or what it is in where it was not sent: a field that holds it, say. */
  touch_(node: Node): void {
    let sent: Sent | undefined;
    for (let at: Node | null = node; at && !sent; at = upOf(at)) sent = this.tree_.sent_.get(at);
    if (!sent) return;
    this.tree_.dirtySelf_.add(sent);
    // What is in a list or an editor is part of what that one says.
    for (let up: Sent | undefined = sent; up; up = up.parent_) {
      if (up.tag_?.tag_ === "select") this.touchFields_();
      else if (this.polled_.has(up)) this.tree_.dirtySelf_.add(up);
    }
    // What stayed here so far may leave now.
    if (sent.part_ !== node) this.tree_.dirtyChildren_.add(sent);
    // Which of masked texts stands for those beside it depends on each.
    else if (sent.parent_ && this.mask_.hides_(sent.bits_)) this.tree_.dirtyChildren_.add(sent.parent_);
    for (const child of sent.children_) {
      if (child.part_ instanceof Sheet) this.tree_.dirtySelf_.add(child);
      // Sheets stand before all else, but behind a shadow root.
      else if (nodeType(child.part_) !== 11) break;
    }
  }

  /** A reset, and the choice of one radio or option, change others too. */
  private touchFields_(): void {
    for (const sent of this.polled_) this.tree_.dirtySelf_.add(sent);
  }

  private touchSheets_(): void {
    const changed = new Set<CSSStyleSheet>();
    for (let sheet of this.sheets_) {
      // What another imports is part of that one.
      while (sheet.parentStyleSheet) sheet = sheet.parentStyleSheet;
      changed.add(sheet);
      const owner = sheet.ownerNode;
      if (!owner) continue;
      if (localName(owner as Element) === "link") this.walk_.changed_.add(sheet);
      this.touchChildren_(owner);
    }
    this.sheets_.clear();
    for (const sent of this.here_(this.looks_)) {
      const { adopted_ } = sent.part_ as Sheet;
      if (adopted_ && changed.has(adopted_)) this.tree_.dirtySelf_.add(sent);
    }
  }

  /** Selectors of the policy may match others now, wherever the change was. */
  private refreshOwn_(): void {
    this.inDoubt_ = false;
    const { tree_: tree, mask_: mask } = this;
    const look = (sent: Sent | undefined) => {
      if (!sent?.tag_ || mask.own_(sent.part_ as Element) === sent.own_) return;
      tree.dirtySelf_.add(sent);
      this.owned_.add(sent);
    };
    for (const sent of this.here_(this.owned_)) look(sent);
    for (const { part_: root } of this.here_(this.roots_)) {
      const found =
        nodeType(root as Node) === 9
          ? mask.withOwn_(root as Document, find)
          : mask.withOwn_(root as ShadowRoot, findInFragment);
      for (const element of found) look(tree.sent_.get(element));
    }
  }

  /** Those that are still part of the picture. */
  private here_(set: Set<Sent> | Map<Sent, unknown>): Sent[] {
    for (const sent of set.keys()) if (!this.tree_.isHere_(sent)) set.delete(sent);
    return [...set.keys()];
  }

  /** Once a second: what changes without a mutation or an event. */
  poll_(): void {
    const { tree_: tree } = this;
    for (const ears of this.ears_) ears.look_(true);
    this.inDoubt_ = true;
    this.here_(this.polled_);
    this.touchFields_();
    for (const sent of this.here_(this.looks_)) {
      const look = lookOfSheet(sent.part_ as Sheet);
      if (this.looks_.get(sent) !== look) tree.dirtySelf_.add(sent);
      this.looks_.set(sent, look);
    }
    for (const sent of this.here_(this.roots_)) {
      if (frameOf(sent.part_ as Node)) this.observe_(sent.part_ as Node);
      const sheets = adoptedBy(sent.part_ as Node);
      const sentSheets = sent.children_.filter((child) => child.part_ instanceof Sheet);
      if (
        sheets.length !== sentSheets.length ||
        sentSheets.some((each, at) => (each.part_ as Sheet).sheet_ !== sheets[at])
      ) {
        tree.dirtyChildren_.add(sent);
      }
    }
    this.wake_();
  }

  /** Fields whose content stays here, and parts that the site hides. */
  hidden_(): number {
    return this.here_(this.polled_).filter((sent) => {
      const element = sent.part_ as Element;
      return this.walk_.isField_(element) && !this.mask_.shows_(element, sent.bits_);
    }).length;
  }

  /** All that was sent and could be scrolled is looked at once. */
  elements_(): Element[] {
    return [...this.tree_.sent_.values()].filter((sent) => sent.tag_).map((sent) => sent.part_ as Element);
  }
}
