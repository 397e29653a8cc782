// Sheets as records: all rules at first, then what changed of them. A sheet that many roots have adopted is sent once.
import { rulesOf, type Sheet } from "./cssom";
import type { Sent } from "./sent";
import { ADOPT, FRAME_FULL_BYTES, type Frame, RULE_INSERTED, RULE_REMOVED, SHEET } from "./tables";
import type { Walk } from "./walk";

export class SheetWriter {
  /** Of each adopted sheet, plain and masked, the places where it was sent; they share their rules. */
  private readonly places_ = [new Map<CSSStyleSheet, Sent[]>(), new Map<CSSStyleSheet, Sent[]>()];
  /** Rules that were said masked. */
  private readonly masked_ = new WeakSet<object>();

  constructor(
    private readonly walk_: Walk,
    private readonly isHere_: (sent: Sent) => boolean,
  ) {}

  /** Send a sheet for the first time, as much of it as fits. True where more rules are to follow, as a change. */
  insert_(frame: Frame, sent: Sent, before: number): boolean {
    const { adopted_ } = sent.part_ as Sheet;
    if (adopted_) {
      const hides = this.hides_(sent);
      const places = this.places_[+hides] as Map<CSSStyleSheet, Sent[]>;
      const all = places.get(adopted_) ?? [];
      places.set(adopted_, all);
      let first = all[0];
      while (first && (!this.isHere_(first) || this.masked_.has(first.said_ as string[]) !== hides)) {
        all.shift();
        first = all[0];
      }
      all.push(sent);
      if (first) {
        frame.add_(ADOPT, sent.id_, (sent.parent_ as Sent).id_, before, first.id_);
        sent.said_ = first.said_;
        return false;
      }
    }
    return this.write_(frame, sent, before);
  }

  /** Send what changed. True where the frame was full before all had come. */
  reconcile_(frame: Frame, sent: Sent): boolean {
    // A sheet that is shared elsewhere as it was: here it has rules of its own from now on.
    if (this.masked_.has(sent.said_ as string[]) !== this.hides_(sent)) return this.write_(frame, sent, 0);
    const [next, whole] = this.rules_(sent);
    return !whole || reconcileRules(frame, sent, next);
  }

  private hides_({ bits_ }: Sent): boolean {
    return this.walk_.mask_.hides_(bits_);
  }

  /** What is new of a large sheet comes bit by bit. */
  private rules_(sent: Sent): [rules: string[], whole: boolean] {
    const masked = this.hides_(sent);
    return rulesOf(sent.part_ as Sheet, this.walk_.numbered_(undefined, masked), masked, FRAME_FULL_BYTES);
  }

  private write_(frame: Frame, sent: Sent, before: number): boolean {
    const [rules, whole] = this.rules_(sent);
    frame.add_(SHEET, sent.id_, (sent.parent_ as Sent).id_, before, 0);
    const at = frame.ints_.length - 1;
    let count = 0;
    for (; count < rules.length; count++) {
      const rule = rules[count] as string;
      if (count && frame.wouldOverflow_(rule.length)) break;
      frame.add_(frame.style_(rule));
    }
    frame.ints_[at] = count;
    const said = rules.slice(0, count);
    sent.said_ = said;
    if (this.hides_(sent)) this.masked_.add(said);
    return !whole || count < rules.length;
  }
}

/**
 * What is the same in front and at the end stays; in between, old rules go and new ones come. True where the frame
 * was full before all had come.
 */
function reconcileRules(frame: Frame, sent: Sent, next: readonly string[]): boolean {
  const said = sent.said_ as string[];
  let front = 0;
  while (front < said.length && said[front] === next[front]) front++;
  let tail = 0;
  const most = Math.min(said.length, next.length) - front;
  while (tail < most && said[said.length - 1 - tail] === next[next.length - 1 - tail]) tail++;
  for (let at = said.length - tail - 1; at >= front; at--) frame.add_(RULE_REMOVED, sent.id_, at);
  said.splice(front, said.length - tail - front);
  for (let at = front; at < next.length - tail; at++) {
    const rule = next[at] as string;
    if (frame.wouldOverflow_(rule.length)) return true;
    frame.add_(RULE_INSERTED, sent.id_, at, frame.style_(rule));
    said.splice(at, 0, rule);
  }
  return false;
}
