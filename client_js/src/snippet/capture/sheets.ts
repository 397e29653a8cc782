// Sheets as records: all rules at first, then what changed of them.
import { type Frame, RULE_INSERTED, RULE_REMOVED, SHEET } from "./tables";
import type { Sent } from "./tree";

/** Send a sheet under `owner`, as much of it as fits. True where more rules are to follow, as a change. */
export function insertSheet(frame: Frame, sent: Sent, owner: number, before: number, rules: string[]): boolean {
  frame.add_(SHEET, sent.id_, owner, before, 0);
  const at = frame.ints_.length - 1;
  let count = 0;
  for (; count < rules.length; count++) {
    const rule = rules[count] as string;
    if (count && frame.wouldOverflow_(rule.length)) break;
    frame.add_(frame.style_(rule));
  }
  frame.ints_[at] = count;
  sent.said_ = rules.slice(0, count);
  return count < rules.length;
}

/**
 * What is the same in front and at the end stays; in between, old rules go and new ones come. True where the frame
 * was full before all had come.
 */
export function reconcileRules(frame: Frame, sent: Sent, next: readonly string[]): boolean {
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
