// Redeems the handoff that the hub's own join page put into this page's address: once, within 30 s.
import { type Joined, nonce } from "../shared/parts";

const TRIES = 5;
const BETWEEN_MS = 1_000;

/** Null where the hub refuses it, or cannot be reached in time. A lost reply costs nothing: the nonce stays. */
export async function redeem(hub: string, site: string, handoff: string, mine = nonce()): Promise<Joined | null> {
  for (let tried = 0; tried < TRIES; tried++) {
    try {
      const answer = await fetch(`${hub}/api/handoffs/redeem`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ site, handoff, nonce: mine }),
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
      if (answer.ok) return await answer.json();
      if (answer.status < 500) return null;
    } catch {
      // Not reached: once more.
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
  return null;
}
