// What the receipt will say is noted where it happens: kinds of things and redacted addresses, nothing else of the page.
import type { Notes } from "../shared/parts";

/** How many lines a receipt lists; what happens beyond is counted. */
export const NOTES_MAX = 200;
/** Too many and too slight to be listed: they are counted. */
const COUNTED = /^(point|highlight|scroll|clear)$/;

export const noNotes = (): Notes => ({ hidden: 0, list: [], more: {} });

/** `reason`: why it was refused, or nothing. Of the same thing again the last line tells how often. */
export function note({ list, more }: Notes, what: string, detail = "", reason = ""): void {
  const last = list[list.length - 1];
  let counted = reason ? "refused" : what;
  if (last?.[1] === what && last[2] === detail && last[3] === reason) last[4]++;
  else {
    let at = list.length;
    // What was done goes before what was refused, so that nobody can hide the one behind much of the other.
    if (at >= NOTES_MAX) at = reason ? -1 : list.findLastIndex((each) => each[3]);
    if (at >= 0 && (reason || !COUNTED.test(what))) {
      counted = list.splice(at, 1).length ? "refused" : "";
      list.push([Date.now(), what, detail, reason, 1]);
    }
    if (counted) more[counted] = (more[counted] ?? 0) + 1;
  }
}
