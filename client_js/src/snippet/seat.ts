// This tab: one page at a time holds the session, by a Web Lock while it lives and by a baton between pages.
import type { Bye } from "../protocol";
import { BATON_KEY, type Baton } from "../shared/parts";

/** How long the page before may take to let go of the lock. */
const LOCK_WAIT_MS = 1_500;
const LOCK_PIECES = 3;

// bad_token, taken_over, seat_held: another page has the session now, or the baton was stale. By number, since the
// table of close codes would travel to every customer.
const SILENT: readonly number[] = [4102, 4104, 4108];

/** Whether the customer need not hear of the end behind this close code. */
export const isSilent = (code: number): boolean => SILENT.includes(code);

/** Whether the hub speaks another version than this page: version_mismatch. */
export const isOutdated = (code: number): boolean => code === 4106;

/**
 * Hold `cobrowse:<session>`. Resolves with what lets go of it, or with null where another tab has it: duplicated and
 * opened tabs copy sessionStorage, so the baton alone proves nothing.
 */
export function holdLock(session: string, locks: LockManager = navigator.locks): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    const giving = new AbortController();
    // In pieces: a page that was busy all the while hears of the time before it hears of the lock it got long ago.
    const wait = (pieces: number) => {
      setTimeout(() => (pieces ? wait(pieces - 1) : giving.abort()), LOCK_WAIT_MS / LOCK_PIECES);
    };
    wait(LOCK_PIECES - 1);
    locks
      .request(`cobrowse:${session}`, { signal: giving.signal }, () => new Promise<void>((release) => resolve(release)))
      .catch(() => resolve(null));
  });
}

/** Leave the baton to the next page in this tab. Without storage the session waits for this page alone. */
export function park(baton: Baton, storage: Storage = sessionStorage): void {
  try {
    storage.setItem(BATON_KEY, JSON.stringify(baton));
  } catch {
    // Full or forbidden: the next page starts without us, and the hub says `customer_gone` after its grace.
  }
}

interface NavigateEvent extends Event {
  destination: { url: string };
  downloadRequest: string | null;
}

/**
 * Watches where the page is about to go. Answers the reason for `bye`: `other_origin` where the last navigation leads
 * away from here. Addresses that are typed in show in no event; then it is `navigating`.
 */
export function watchDestination(signal: AbortSignal): () => Bye["reason"] {
  let last = "";
  const { navigation } = window as unknown as { navigation?: EventTarget };
  navigation?.addEventListener(
    "navigate",
    (event) => {
      const { destination, downloadRequest } = event as NavigateEvent;
      // mailto: and the like do not leave the page, nor do downloads.
      if (downloadRequest === null && /^http/.test(destination.url)) last = new URL(destination.url).origin;
    },
    { signal },
  );
  return () => (last && last !== location.origin ? "other_origin" : "navigating");
}
