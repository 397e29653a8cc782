// The hub's HTTP side, as docs/protocol.md has it. Every failure is an `ApiError` with a stable code.

import type { SessionState } from "../protocol";

export interface SiteChoice {
  id: string;
  name: string;
}

export interface Me {
  agent: { id: string; name: string };
  sites: SiteChoice[];
}

export interface Created {
  id: string;
  code: string;
  expires_at: number;
}

/** No answer within this time counts as a hub that is not reachable. */
const ANSWER_WITHIN_MS = 10_000;

export class ApiError extends Error {
  /** `code` is the hub's, or `unreachable`. */
  constructor(
    readonly code: string,
    readonly status: number,
    readonly retryAfterSeconds: number,
  ) {
    super(code);
    this.name = "ApiError";
  }
}

async function call(method: string, path: string, body?: object): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    });
  } catch {
    throw new ApiError("unreachable", 0, 0);
  }
  const text = await response.text().catch(() => "");
  const answer = parse(text);
  if (response.ok) return answer;
  const { code, retry_after_seconds: wait } = answer as { code?: string; retry_after_seconds?: number };
  throw new ApiError(code ?? (response.status >= 500 ? "unreachable" : "failed"), response.status, wait ?? 0);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

export const api = {
  me: () => call("GET", "/api/me") as Promise<Me>,
  login: (name: string, password: string) => call("POST", "/api/login", { name, password }) as Promise<Me>,
  logout: () => call("POST", "/api/logout"),
  create: (site: string) => call("POST", "/api/sessions", { site }) as Promise<Created>,
  sessions: () => call("GET", "/api/sessions") as Promise<{ sessions: SessionState[] }>,
  read: (id: string) => call("GET", `/api/sessions/${encodeURIComponent(id)}`) as Promise<SessionState>,
  end: (id: string) => call("DELETE", `/api/sessions/${encodeURIComponent(id)}`),
  ticket: (id: string) => call("POST", `/api/sessions/${encodeURIComponent(id)}/ticket`) as Promise<{ ticket: string }>,
};

export type Api = typeof api;
