// Redeems the handoff that the hub's own join page put into this page's address: once, within 30 s.
import { nonce } from "../shared/parts";
import { type Claimed, post } from "./claim";

const TRIES = 5;
const BETWEEN_MS = 1_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Tries again while the hub is not reached, or cannot say just now. */
export async function redeem(hub: string, site: string, handoff: string, ask = fetch, wait = pause): Promise<Claimed> {
  const body = { site, handoff, nonce: nonce() };
  for (let tried = 1; ; tried++) {
    const answer = await post(`${hub}/api/handoffs/redeem`, body, ask);
    if (tried === TRIES || !("refused" in answer) || !["away", "later"].includes(answer.refused)) return answer;
    await wait(BETWEEN_MS);
  }
}
