// @vitest-environment node
import { describe, expect, it } from "vitest";
import { claimer } from "../../src/entry/claim";
import { redeem } from "../../src/entry/handoff";

const joined = { session: "S1", token: "t", digits: "47", agent_name: "Ana", site_name: "Shop", policy: {} };

interface Asked {
  address: string;
  body: Record<string, string>;
  credentials: string | undefined;
}

/** A hub that answers in turn: a problem's status and body, a reply, or an error for a lost connection. */
function hub(...answers: (object | Error)[]) {
  const asked: Asked[] = [];
  const ask = (async (address: string, init: RequestInit) => {
    asked.push({ address, body: JSON.parse(String(init.body)), credentials: init.credentials });
    const answer = answers.shift() ?? new Error("no more answers");
    if (answer instanceof Error) throw answer;
    return Response.json(answer, { status: "status" in answer ? Number(answer.status) : 200 });
  }) as unknown as typeof fetch;
  return { asked, ask };
}

describe("claiming a code", () => {
  it("answers with the session", async () => {
    const { ask, asked } = hub(joined);
    expect(await claimer("https://hub", "shop", ask)("123456786")).toEqual({ joined });
    expect(asked).toMatchObject([
      { address: "https://hub/api/codes/claim", body: { site: "shop", code: "123456786" }, credentials: "omit" },
    ]);
  });

  it("answers with the way on, from the hub's own page", async () => {
    const { ask } = hub({ redirect: "https://shop/#cobrowse=h" });
    expect(await claimer("", "shop", ask)("123456786")).toEqual({ redirect: "https://shop/#cobrowse=h" });
  });

  it("keeps the nonce of a code over its retries, so that a lost reply cannot burn it", async () => {
    const { ask, asked } = hub(new TypeError("lost"), joined, joined);
    const claim = claimer("", "shop", ask);
    expect(await claim("123456786")).toEqual({ refused: "away", retryAfterSeconds: 0 });
    await claim("123456786");
    await claim("876543217");
    const [first, second, third] = asked.map(({ body }) => body.nonce);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(first).toMatch(/^[\w-]{22}$/);
  });

  it.each([
    [422, "code_mistyped", "mistyped"],
    [404, "code_invalid", "invalid"],
    [404, "unknown_site", "site"],
    [403, "origin_not_allowed", "site"],
    [500, "internal", "away"],
    [503, "store_away", "later"],
    [503, "something_new", "later"],
    [400, "something_new", "invalid"],
  ])("takes %i %s for %s", async (status, code, refused) => {
    const { ask } = hub({ status, code });
    expect(await claimer("", "shop", ask)("123456786")).toEqual({ refused, retryAfterSeconds: 0 });
  });

  it("hears how long to wait", async () => {
    const { ask } = hub({ status: 429, code: "too_many", retry_after_seconds: 240 });
    expect(await claimer("", "shop", ask)("123456786")).toEqual({ refused: "tooMany", retryAfterSeconds: 240 });
  });

  it("takes what is no JSON for a hub that is not there", async () => {
    const ask = (async () => new Response("<h1>Bad gateway</h1>", { status: 502 })) as typeof fetch;
    expect(await claimer("", "shop", ask)("123456786")).toEqual({ refused: "away", retryAfterSeconds: 0 });
  });
});

describe("redeeming a handoff", () => {
  const waits: number[] = [];
  const wait = async (ms: number) => void waits.push(ms);

  it("asks again with the same nonce while the hub is not reached", async () => {
    const { ask, asked } = hub(new TypeError("lost"), { status: 503 }, joined);
    expect(await redeem("https://hub", "shop", "H", ask, wait)).toEqual({ joined });
    expect(new Set(asked.map(({ body }) => body.nonce)).size).toBe(1);
    expect(asked[0]).toMatchObject({
      address: "https://hub/api/handoffs/redeem",
      body: { handoff: "H", site: "shop" },
    });
    expect(waits).toEqual([1_000, 1_000]);
  });

  it("asks once where the hub refuses", async () => {
    const { ask, asked } = hub({ status: 403, code: "bad_token" });
    expect(await redeem("", "shop", "H", ask, wait)).toMatchObject({ refused: "invalid" });
    expect(asked).toHaveLength(1);
  });

  it("gives up in the end", async () => {
    const { ask, asked } = hub();
    expect(await redeem("", "shop", "H", ask, wait)).toMatchObject({ refused: "away" });
    expect(asked).toHaveLength(5);
  });
});
