import { describe, expect, it, vi } from "vitest";
import { ApiError, api } from "../../src/console/api";

function answer(body: string, status = 200): void {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(status === 204 ? null : body, { status })));
}

async function failure(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe("the hub's answers", () => {
  it("come as they are", async () => {
    answer('{"id":"s","code":"123456786","expires_at":5}', 201);
    expect(await api.create("shop")).toEqual({ id: "s", code: "123456786", expires_at: 5 });
  });

  it("may be empty", async () => {
    answer("", 204);
    expect(await api.logout()).toEqual({});
  });

  it("that refuse carry their code and how long to wait", async () => {
    answer('{"code":"too_many","retry_after_seconds":12.5}', 429);
    expect(await failure(api.login("a", "b"))).toMatchObject({
      code: "too_many",
      status: 429,
      retryAfterSeconds: 12.5,
    });
  });

  it("of a proxy without a hub behind count as unreachable", async () => {
    answer("<h1>Bad gateway</h1>", 502);
    expect((await failure(api.me())).code).toBe("unreachable");
  });

  it("that do not come count as unreachable", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
    expect((await failure(api.me())).code).toBe("unreachable");
  });

  it("are asked for by an escaped id", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", (path: string) => {
      asked.push(path);
      return Promise.resolve(new Response("{}"));
    });
    await api.ticket("../x");
    expect(asked).toEqual(["/api/sessions/..%2Fx/ticket"]);
  });
});
