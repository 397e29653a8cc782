// What the agent has been sent, node by node, and how to get from there to the page as it is now. Ids are never used
// again; what left the page loses its id with all that is in it.
import { Sheet } from "./cssom";
import { firstChild, hostOf, nodeType, rootOf, shadowOf, upOf as upOfNode } from "./dom";
import { EDITOR, HIDDEN, WIDGET } from "./mask";
import { rising } from "./order";
import { sendPlain } from "./plain";
import { append, DEPTH_MAX, ids, NODES_MAX, opened, type Sent, sentOf, type Visit } from "./sent";
import { SheetWriter } from "./sheets";
import {
  ATTRIBUTE,
  ATTRIBUTE_REMOVED,
  type Attributes,
  DOCUMENT,
  type Frame,
  MOVE,
  REMOVE,
  SHADOW,
  TEXT_CHANGE,
  TEXT_NODE,
} from "./tables";
import { lookOf, type Part, SIMPLE, type Walk } from "./walk";

/** The hub takes 10,000 of them in an epoch. */
const USES_MAX = 9_500;
/** However long it took to see what is to be done, for so long some of it is done. */
const LEAST_MS = 4;
const MOST_MS = 16;

export class Tree {
  readonly sent_ = new Map<Part, Sent>();
  readonly byId_ = new Map<number, Sent>();
  /** Parts to look at again: for their children, and for themselves. */
  readonly dirtyChildren_ = new Set<Sent>();
  readonly dirtySelf_ = new Set<Sent>();
  /** Of these it is known that they may be said again as what they are. */
  readonly checked_ = new Set<Sent>();
  /** There is more than a picture may hold. */
  beyond_ = false;
  /** Higher ids are of this epoch, also those of what is gone again. */
  private readonly before_ = ids.last_;
  /** How often `svg:use` was sent in it. */
  private uses_ = 0;
  private readonly visits_: Visit[] = [];
  private readonly sheets_: SheetWriter;

  constructor(
    private readonly walk_: Walk,
    /** Hears of every part that gets an id. */
    private readonly onSent_: (sent: Sent, type: number) => void,
  ) {
    this.sheets_ = new SheetWriter(walk_, (sent) => this.isHere_(sent));
  }

  /** The hub counts what is gone, too: what comes from here on would be refused. */
  get worn_(): boolean {
    return ids.last_ - this.before_ > NODES_MAX || this.uses_ > USES_MAX;
  }

  readonly bitsOf_ = (node: Node): number | undefined => this.sent_.get(node)?.bits_;

  // --- the walk: a new subtree, in pre-order

  /** Begin with the whole document. */
  begin_(frame: Frame): void {
    const root = this.insert_(frame, document, undefined, 0);
    if (root) this.visit_(root);
  }

  /** Go on until `until`, or until the frame is full. True when nothing is left. */
  proceed_(frame: Frame, until: number, moving: boolean): boolean {
    for (let count = 1; ; count++) {
      const visit = this.visits_[this.visits_.length - 1];
      if (!visit) return true;
      // Not for each part: that is enough, and each run of plain ones is some.
      if (frame.full_ || (!(count & 3) && performance.now() > until)) return false;
      const { parts_: parts } = visit;
      if (parts ? visit.at_ === parts.length : !visit.node_ && visit.sent_ === visit.base_) {
        this.visits_.pop();
        continue;
      }
      const part = parts ? parts[visit.at_++] : sendPlain(this, this.walk_, frame, visit);
      const { sent_: parent } = visit;
      if (part === parent.part_) {
        // A large sheet, which comes bit by bit.
        if (this.sheets_.reconcile_(frame, parent)) visit.at_ = 0;
        if (performance.now() > until) return false;
      } else if (part) this.visitPart_(frame, parent, part, moving);
    }
  }

  private visitPart_(frame: Frame, parent: Sent, part: Part, moving: boolean): void {
    const known = this.sent_.get(part);
    if (known) {
      // In the snapshot nothing moves: the first ops put it right.
      if (!moving || !isForeign(known, parent)) {
        if (moving && !known.stale_) {
          this.move_(frame, known, parent, 0);
          append(parent, known);
        } else this.dirtyChildren_.add(parent);
        return;
      }
      this.retire_(frame, known);
    }
    // Between two slices the page went on.
    if (upOf(part) !== parent.part_) return;
    const type = typeOf(part);
    if (type && type < 9 && !this.walk_.leaves_(part as Node, parent.part_ as Node, parent.bits_)) return;
    const sent = this.insert_(frame, part, parent, 0);
    if (!sent) return;
    append(parent, sent);
    this.visit_(sent);
  }

  /** Next comes what is in it. */
  visit_(sent: Sent): void {
    const node = this.isPlain_(sent) ? firstChild(sent.part_ as Element) : null;
    const parts = node ? undefined : this.parts_(sent, true);
    if (node || parts?.length) this.visits_.push({ base_: sent, sent_: sent, node_: node, parts_: parts, at_: 0 });
  }

  /** As nearly all: in it is what the page has in it, and leaves as what it is; without a shadow root no slot shows it. */
  private isPlain_({ part_: part, bits_: bits, tag_: tag, depth_: depth }: Sent): boolean {
    return (
      !!tag &&
      depth <= DEPTH_MAX &&
      !!(lookOf(tag) & SIMPLE) &&
      !(bits & (HIDDEN | EDITOR | WIDGET)) &&
      !this.walk_.mask_.hides_(bits) &&
      !shadowOf(part as Element)
    );
  }

  private parts_(sent: Sent, raw = false): Part[] {
    const { part_: part, bits_: bits, inside_: inside, tag_: tag } = sent;
    // A frame has the document it was sent with; with another one it is sent anew.
    if (tag?.tag_ === "iframe") return inside ? [inside] : [];
    if (sent.depth_ > DEPTH_MAX) {
      this.beyond_ = true;
      return [];
    }
    if (raw) return this.walk_.children_(part, tag, bits, true);
    const masked = this.walk_.mask_.hides_(bits) || (!!tag && shadowOf(part as Element));
    // Of an element that is here already it is known that it leaves.
    const known = (child: Node) => {
      const there = masked ? undefined : this.sent_.get(child);
      return !!there?.tag_ && there.parent_ === sent && !there.stale_;
    };
    return this.walk_.children_(part, tag, bits, false, known);
  }

  /** What of the walk is not done, from this visit on, is looked at again, as changed. */
  private postpone_(from = 0): void {
    for (const visit of this.visits_.splice(from)) opened(visit).forEach(this.mark_);
  }

  private readonly mark_ = (sent: Sent): void => {
    (sent.part_ instanceof Sheet ? this.dirtySelf_ : this.dirtyChildren_).add(sent);
  };

  /** It has left, and its id with it. */
  private keep_(sent: Sent, type: number): void {
    ids.last_ = sent.id_;
    this.sent_.set(sent.part_, sent);
    this.byId_.set(sent.id_, sent);
    if (type !== 3) this.onSent_(sent, type);
  }

  /** Send one part by itself. */
  private insert_(frame: Frame, part: Part, parent: Sent | undefined, before: number): Sent | undefined {
    if (this.sent_.size > NODES_MAX) {
      this.beyond_ = true;
      return undefined;
    }
    const walk = this.walk_;
    const type = typeOf(part);
    const sent = sentOf(ids.last_ + 1, part, parent, undefined, "");
    const up = parent?.id_ ?? 0;
    const node = part as Node;
    if (type === 1) {
      const element = part as Element;
      const own = walk.mask_.own_(element);
      const tag = walk.tag_(element, own);
      if (!tag) return undefined;
      if (tag.tag_ === "svg:use" && ++this.uses_ > USES_MAX) return undefined;
      sent.own_ = own;
      sent.bits_ = walk.mask_.bits_(node, this.bitsOf_);
      sent.tag_ = tag;
      if (tag.tag_ === "iframe") sent.inside_ = this.insideOf_(sent);
      const said = walk.attributes_(element, tag, sent.bits_, own);
      sent.said_ = said;
      frame.element_(sent.id_, up, before, tag, said);
    } else if (!type) {
      if (this.sheets_.insert_(frame, sent, before))
        this.visits_.push({ base_: sent, sent_: sent, node_: null, parts_: [part], at_: 0 });
    } else if (type < 5) {
      sent.bits_ = walk.mask_.bits_(node, this.bitsOf_);
      const said = walk.text_(node, sent.bits_);
      sent.said_ = said;
      frame.ints_.push(TEXT_NODE, sent.id_, up, before, frame.text_(said));
    } else if (type === 9) {
      sent.root_ = sent;
      frame.add_(DOCUMENT, sent.id_, up);
    } else if (type === 11) {
      frame.add_(SHADOW, sent.id_, up);
      // The host may have been sent long before its shadow root came.
      this.rebitsSlotted_(node);
    } else return undefined;
    this.keep_(sent, type);
    return sent;
  }

  // --- the difference: from what was sent to what is

  /** Send what changed, as much as goes into the frame until `until`. True when nothing is left. */
  reconcile_(frame: Frame, until: number): boolean {
    // What may have become private is known first.
    if (!this.findStale_(until)) return false;
    const dirty = this.byDepth_();
    const end = atLeast(until);
    const late = () => frame.full_ || performance.now() > end;
    const done: Sent[] = [];
    let whole = true;
    for (const sent of dirty) {
      if (late()) whole = false;
      if (!whole) this.dirtyChildren_.add(sent);
      else if (this.isInPlace_(sent)) {
        if (this.reconcileChildren_(frame, sent, end)) done.push(sent);
        else whole = false;
      }
    }
    // What is left over was not put anywhere else, unless that is still to come.
    for (const sent of done) this.removeRest_(frame, sent, whole, until);
    // What a part says goes only when all stand where they belong: else it may be about to become private.
    if (!this.findStale_(end) || this.dirtyChildren_.size) return false;
    for (const sent of this.checked_) {
      if (late()) return false;
      this.checked_.delete(sent);
      if (this.isHere_(sent)) this.reconcileSelf_(frame, sent);
    }
    return !(this.dirtySelf_.size + this.dirtyChildren_.size);
  }

  /** All whose children may have changed, ancestors first: then what is put into a node is none of those it is still in. */
  private byDepth_(): Sent[] {
    const depths = new Map<Node, number>();
    const depthOf = (node: Node | null): number => {
      if (!node) return -1;
      const depth = depths.get(node) ?? depthOf(upOf(node)) + 1;
      depths.set(node, depth);
      return depth;
    };
    const levels: Sent[][] = [];
    for (const sent of this.dirtyChildren_) {
      if (!this.isHere_(sent)) continue;
      const depth = depthOf(upOf(sent.part_)) + 1;
      levels[depth] ??= [];
      levels[depth].push(sent);
    }
    this.dirtyChildren_.clear();
    return levels.flat();
  }

  isHere_(sent: Sent): boolean {
    return this.byId_.has(sent.id_);
  }

  /** It was sent below the very nodes it is in now, and belongs there: what doesn't is about to go, or to be moved. */
  private isInPlace_(sent: Sent): boolean {
    for (let at = sent; this.isHere_(at) && !at.stale_; at = at.parent_) {
      if (!at.parent_) return true;
      if (at.parent_.part_ !== upOf(at.part_) || this.isClosed_(at.parent_)) return false;
    }
    return false;
  }

  /** What is in it stays here. */
  private isClosed_(sent: Sent): boolean {
    return !!sent.tag_ && this.walk_.isOpaque_(sent.part_ as Element, sent.bits_);
  }

  /** Between two slices of the walk, what it stands in may have become private, or gone. */
  recheck_(): void {
    for (const visit of this.visits_) {
      opened(visit).forEach(this.check_);
      const { sent_: sent, node_: node } = visit;
      // It went elsewhere: what stood behind it comes with the first ops.
      if (node && upOf(node) !== sent.part_) {
        visit.node_ = null;
        this.mark_(sent);
      }
    }
    const at = this.visits_.findIndex(
      (visit) =>
        !this.isInPlace_(visit.sent_) ||
        opened(visit).some((sent) => (visit.parts_ ? this.isClosed_(sent) : !this.isPlain_(sent))),
    );
    if (at >= 0) this.postpone_(at);
  }

  /** Elements that may no longer leave, or leave as something else. False where the time was up in the middle. */
  private findStale_(until: number): boolean {
    let count = 0;
    for (const sent of this.dirtySelf_) {
      if (!(++count & 63) && performance.now() > until) return false;
      this.dirtySelf_.delete(sent);
      this.checked_.add(sent);
      this.check_(sent);
    }
    return true;
  }

  private readonly check_ = (sent: Sent): void => {
    if (!sent.tag_ || sent.stale_ || !this.isHere_(sent)) return;
    const own = this.walk_.mask_.own_(sent.part_ as Element);
    if (own !== sent.own_) this.rebits_(sent);
    if (
      this.walk_.tag_(sent.part_ as Element, own) === sent.tag_ &&
      !((own ^ sent.own_) & HIDDEN) &&
      this.insideOf_(sent) === sent.inside_
    ) {
      sent.own_ = own;
      this.checkContent_(sent);
    } else {
      sent.stale_ = true;
      this.dirtyChildren_.add(sent);
      if (sent.parent_) this.dirtyChildren_.add(sent.parent_);
    }
  };

  /** The document of a frame. With another one comes another frame. */
  insideOf_(sent: Sent): Part | undefined {
    const { tag_: tag } = sent;
    return tag?.tag_ === "iframe" ? this.walk_.children_(sent.part_, tag, sent.bits_)[0] : undefined;
  }

  /** Content that became a value, or hidden, goes; what became content again comes. */
  private checkContent_(sent: Sent): void {
    const { length } = sent.children_;
    if (this.isClosed_(sent) ? length : !length && firstChild(sent.part_ as Element)) this.dirtyChildren_.add(sent);
  }

  /** Children from last to first, each before one that is in its place. False where the time was up in the middle. */
  private reconcileChildren_(frame: Frame, sent: Sent, until: number): boolean {
    const began = performance.now();
    const parts = this.parts_(sent);
    const places = new Map(parts.map((part, at) => [part, at]));
    const old = sent.children_.filter(
      (child) => child.parent_ === sent && places.has(child.part_) && !child.stale_ && this.isHere_(child),
    );
    // A document holds one element: the one that was there goes before another comes.
    if (typeOf(sent.part_) === 9) {
      for (const child of sent.children_) {
        if (child.tag_ && child.parent_ === sent && this.isHere_(child) && !old.includes(child))
          this.retire_(frame, child);
      }
    }
    const stays = rising(old.map((child) => places.get(child.part_) as number));
    const kept = new Set(old.filter((_, at) => stays[at]));
    const end = atLeast(until, began);
    /** What was put before each that stays, and behind all, from the last to the first. */
    const put = new Map<Sent | undefined, Sent[]>();
    const placed = new Set<Sent>();
    let run: Sent[] = [];
    put.set(undefined, run);
    let before: Sent | undefined;
    let whole = true;
    for (let index = parts.length - 1; whole && index >= 0; index--) {
      const part = parts[index] as Part;
      let child = this.sent_.get(part);
      if (child && (child.stale_ || isForeign(child, sent))) {
        this.retire_(frame, child);
        child = undefined;
      }
      if (child && kept.has(child)) {
        run = [];
        put.set(child, run);
      } else {
        // A sheet stands before a sheet; anything else may not.
        const anchor = part instanceof Sheet && !(before?.part_ instanceof Sheet) ? 0 : (before?.id_ ?? 0);
        // A move costs next to nothing, and all of it is for nothing where only few are made at a time.
        let late = false;
        if (child && !(part instanceof Sheet)) this.move_(frame, child, sent, anchor);
        else {
          late = !(placed.size & 15) && performance.now() > end;
          if (child) this.retire_(frame, child);
          child = this.insert_(frame, part, sent, anchor);
          if (!child) continue;
          this.visit_(child);
          if (!this.proceed_(frame, end, true)) {
            this.postpone_();
            whole = false;
          }
        }
        run.push(child);
        placed.add(child);
        // Those before it keep the places they have, until next time.
        if (index && (frame.full_ || late)) whole = false;
      }
      before = child;
    }
    if (!whole) this.dirtyChildren_.add(sent);
    // In the very order in which they now stand there.
    const now: Sent[] = [];
    const add = (fresh: Sent[] = []) => {
      for (let at = fresh.length - 1; at >= 0; at--) now.push(fresh[at] as Sent);
    };
    for (const child of sent.children_) {
      add(put.get(child));
      if (child.parent_ === sent && !placed.has(child) && this.isHere_(child)) now.push(child);
    }
    add(put.get(undefined));
    sent.children_ = now;
    return whole;
  }

  private removeRest_(frame: Frame, sent: Sent, whole: boolean, until: number): void {
    if (!this.isHere_(sent)) return;
    const wanted = new Set(this.parts_(sent));
    const end = atLeast(until);
    for (const child of sent.children_) {
      if (child.parent_ !== sent || wanted.has(child.part_) || !this.isHere_(child)) continue;
      if (!whole || frame.full_ || performance.now() > end) this.dirtyChildren_.add(sent);
      else if (this.isRoot_(child)) {
        // No element loses its shadow root, or its document: another one comes in its place.
        sent.stale_ = true;
        this.dirtyChildren_.add(sent.parent_ as Sent);
      } else this.retire_(frame, child);
    }
    sent.children_ = sent.children_.filter((child) => child.parent_ === sent && this.isHere_(child));
  }

  private isRoot_({ part_: part }: Sent): boolean {
    return typeOf(part) > 8;
  }

  private move_(frame: Frame, sent: Sent, to: Sent, before: number): void {
    const from = sent.parent_;
    sent.parent_ = to;
    frame.add_(MOVE, sent.id_, to.id_, before);
    if (from !== to) this.rebits_(sent);
  }

  private retire_(frame: Frame, sent: Sent): void {
    frame.add_(REMOVE, sent.id_);
    const forget = (gone: Sent) => {
      this.byId_.delete(gone.id_);
      if (this.sent_.get(gone.part_) === gone) this.sent_.delete(gone.part_);
      for (const child of gone.children_) if (child.parent_ === gone) forget(child);
    };
    forget(sent);
  }

  /** Privacy and depth anew, for a part and all below it; what changed is said again. */
  rebits_(sent: Sent): void {
    const { part_: part } = sent;
    if (!(part instanceof Sheet)) {
      const own = nodeType(part) === 1 ? this.walk_.mask_.own_(part as Element) : 0;
      const bits = this.walk_.mask_.bits_(part, (node) => (node === part ? undefined : this.bitsOf_(node)));
      if (bits !== sent.bits_ || own !== sent.own_) {
        this.dirtySelf_.add(sent);
        // Which parts of what is masked leave is another matter, too.
        for (const each of [sent.parent_, sent]) if (each?.tag_) this.dirtyChildren_.add(each);
      }
      sent.bits_ = bits;
      if (sent.tag_) this.checkContent_(sent);
    } else if (sent.parent_) {
      if (sent.bits_ !== sent.parent_.bits_) this.dirtySelf_.add(sent);
      sent.bits_ = sent.parent_.bits_;
    }
    sent.depth_ = (sent.parent_?.depth_ ?? 0) + 1;
    if (sent.depth_ > DEPTH_MAX) this.dirtyChildren_.add(sent);
    for (const child of sent.children_) if (child.parent_ === sent) this.rebits_(child);
    if (sent.tag_?.tag_ === "slot") this.rebitsSlotted_(rootOf(part as Element));
  }

  /** What is shown in the slots of a shadow root has their bits too, though it stands elsewhere: in the host. */
  rebitsSlotted_(root: Node): void {
    const host = hostOf(root);
    for (const child of (host && this.sent_.get(host)?.children_) || []) {
      const part = child.part_ as Node;
      if (nodeType(part) !== 11 && this.walk_.mask_.bits_(part, this.bitsOf_) !== child.bits_) this.rebits_(child);
    }
  }

  private reconcileSelf_(frame: Frame, sent: Sent): void {
    const { part_: part, said_: said } = sent;
    if (part instanceof Sheet) {
      if (this.sheets_.reconcile_(frame, sent)) this.dirtySelf_.add(sent);
    } else if (sent.tag_) {
      const next = this.walk_.attributes_(part as Element, sent.tag_, sent.bits_, sent.own_);
      const old = pairs(said as Attributes);
      sent.said_ = next;
      const now = pairs(next);
      // What goes goes first: a box that becomes a password is one only without its tick.
      for (const name of old.keys()) if (!now.has(name)) frame.add_(ATTRIBUTE_REMOVED, sent.id_, frame.name_(name));
      for (const [name, value] of now) {
        if (old.get(name) !== value) frame.add_(ATTRIBUTE, sent.id_, frame.name_(name), frame.value_(name, value));
      }
    } else if (nodeType(part) < 5) {
      const next = this.walk_.text_(part, sent.bits_);
      if (next !== said) frame.add_(TEXT_CHANGE, sent.id_, frame.text_(next));
      sent.said_ = next;
      // White space may not be of those that leave.
      if (!next.trim()) this.dirtyChildren_.add(sent.parent_ as Sent);
    }
  }
}

/** It comes from another document. */
const isForeign = ({ root_: root, part_: part }: Sent, to: Sent): boolean => root !== to.root_ && root?.part_ !== part;

/** The type of a node; 0 of a sheet. */
const typeOf = (part: Part): number => (part instanceof Sheet ? 0 : nodeType(part));

type NameOf = Exclude<Attributes[number], string | number>;

function pairs(list: Attributes): Map<NameOf, string | number> {
  const map = new Map<NameOf, string | number>();
  for (let at = 0; at < list.length; at += 2) map.set(list[at] as NameOf, list[at + 1] as string | number);
  return map;
}

/** What a part is in, on the wire. */
function upOf(part: Part): Node | null {
  return part instanceof Sheet ? part.owner_ : upOfNode(part);
}

/** As long as it took to see what is to be done since `began`, some of it is done. */
function atLeast(until: number, began = Number.POSITIVE_INFINITY): number {
  const now = performance.now();
  return Math.max(until, now + Math.min(MOST_MS, Math.max(LEAST_MS, now - began)));
}
