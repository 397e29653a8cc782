// Asks the hub for the session behind a code or a handoff. A reply lost on the way costs nothing: the same is asked for
// again with the same nonce, and the hub answers alike.
import { type Joined, nonce } from "../shared/parts";

const TIMEOUT_MS = 15_000;

export type Refusal = "mistyped" | "invalid" | "tooMany" | "later" | "away" | "site";
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

/** POST to the hub; what is no answer of a hub is the refusal `away`. */
export async function post(address: string, body: object, ask: typeof fetch): Promise<Claimed> {
  try {
    const answer = await ask(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const read = await answer.json();
    if (!answer.ok) return refusal(read, answer.status);
    return "redirect" in read ? { redirect: String(read.redirect) } : { joined: read as Joined };
  } catch {
    // No connection, no answer in time, or one that is not ours: all the same to the customer, who may try again.
    return { refused: "away", retryAfterSeconds: 0 };
  }
}

function refusal(problem: Problem, status: number): Claimed {
  const unknown = status < 500 ? "invalid" : status === 503 ? "later" : "away";
  return { refused: REFUSALS[problem.code ?? ""] ?? unknown, retryAfterSeconds: problem.retry_after_seconds ?? 0 };
}

/** A function that claims codes for one site, and remembers the nonce of each code it tried. */
export function claimer(hub: string, site: string, ask: typeof fetch = fetch): (code: string) => Promise<Claimed> {
  const nonces = new Map<string, string>();
  return (code) => {
    const mine = nonces.get(code) ?? nonce();
    nonces.set(code, mine);
    return post(`${hub}/api/codes/claim`, { site, code, nonce: mine }, ask);
  };
}
