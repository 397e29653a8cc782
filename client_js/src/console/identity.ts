// Who this console is on the wire: this load of its page, and each connection.

const NONCE_BYTES = 16;

export function nonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const pageId = nonce();

/** The session is named so that a balancer can bring both its peers to one hub; it opens nothing. */
export function socketAddress(session: string): string {
  const address = new URL(`/ws/agent?session=${session}`, location.href);
  address.protocol = address.protocol === "http:" ? "ws:" : "wss:";
  return address.href;
}

/** Tenths of a second: ids rise over reloads of the console, and start over every three years. */
export function firstActId(): number {
  return Math.floor(Date.now() / 100) % 2 ** 30;
}
