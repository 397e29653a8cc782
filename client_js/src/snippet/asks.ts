// How often the customer is asked the same thing in one session, whatever the hub lets pass: the twin of
// cobrowse/core/asks.py. It goes from page to page in the baton.
import type { Asked } from "../shared/parts";

/** The hub's minute, less what the way may take of it. */
const ASK_AGAIN_MS = 55_000;
const DECLINES_FOR_GOOD = 2;

export const neverAsked = (): Asked => ({ at: 0, declines: 0, open: false });

/** Begin a question; or why it may not be asked. */
export function ask(asked: Asked): "" | "asked_too_soon" | "declined_for_good" {
  if (asked.declines >= DECLINES_FOR_GOOD) return "declined_for_good";
  const now = Date.now();
  if (now - asked.at < ASK_AGAIN_MS) return "asked_too_soon";
  asked.at = now;
  asked.open = true;
  return "";
}
