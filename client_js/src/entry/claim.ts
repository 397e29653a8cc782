// Asks the hub for the session behind a code. A reply lost on the way costs nothing: the same code is asked for again
// with the same nonce, and the hub answers alike.
import { type Joined, nonce } from "../shared/parts";

const TIMEOUT_MS = 15_000;

export type Refusal = "mistyped" | "invalid" | "tooMany" | "away" | "site";
export type Claimed = { joined: Joined } | { redirect: string } | { refused: Refusal; retryAfterSeconds: number };

interface Problem {
  code?: string;
  retry_after_seconds?: number;
}

const REFUSALS: Record<string, Refusal> = {
  code_mistyped: "mistyped",
  code_invalid: "invalid",
  too_many: "tooMany",
  unknown_site: "site",
  origin_not_allowed: "site",
};

/** A function that claims codes for one site, and remembers the nonce of each code it tried. */
export function claimer(hub: string, site: string, ask: typeof fetch = fetch): (code: string) => Promise<Claimed> {
  const nonces = new Map<string, string>();
  return async (code) => {
    const mine = nonces.get(code) ?? nonce();
    nonces.set(code, mine);
    try {
      const answer = await ask(`${hub}/api/codes/claim`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ site, code, nonce: mine }),
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const body = await answer.json();
      if (!answer.ok) return refusal(body);
      return "redirect" in body ? { redirect: String(body.redirect) } : { joined: body as Joined };
    } catch {
      // No connection, no answer in time, or one that is not ours: all the same to the customer, who may try again.
      return { refused: "away", retryAfterSeconds: 0 };
    }
  };
}

const refusal = (problem: Problem): Claimed => ({
  refused: REFUSALS[problem.code ?? ""] ?? "away",
  retryAfterSeconds: problem.retry_after_seconds ?? 0,
});
