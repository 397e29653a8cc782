import { describe, expect, it, vi } from "vitest";
import { CLOSE } from "../../src/protocol";
import { BATON_KEY, type Baton } from "../../src/shared/parts";
import { holdLock, isSilent, park, watchDestination } from "../../src/snippet/seat";

/** Web Locks as far as one name needs them. */
function locks() {
  let tail: Promise<unknown> = Promise.resolve();
  const names: string[] = [];
  const manager = {
    async request(name: string, { signal }: { signal: AbortSignal }, task: () => Promise<void>) {
      names.push(name);
      const before = tail;
      const aborted = new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
      await Promise.race([before, aborted]);
      tail = task();
      await tail;
    },
  };
  return { names, manager: manager as unknown as LockManager };
}

describe("the lock of a tab", () => {
  it("is held until it is let go", async () => {
    const { manager, names } = locks();
    const release = await holdLock("S1", manager);
    const second = holdLock("S1", manager);
    release?.();
    expect(await second).toBeTypeOf("function");
    expect(names).toEqual(["cobrowse:S1", "cobrowse:S1"]);
  });

  it("is not got by a second tab, which hears so within 1.5 s", async () => {
    const { manager } = locks();
    await holdLock("S1", manager);
    const began = performance.now();
    expect(await holdLock("S1", manager)).toBeNull();
    expect(performance.now() - began).toBeLessThan(2_500);
  });
});

it("is got by a page that was too busy to hear of it in time", async () => {
  const late = {
    request: (_: string, { signal }: LockOptions, task: LockGrantedCallback<unknown>) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
        // The page is busy for 2 s; what it hears then first is the time.
        const until = performance.now() + 2_000;
        while (performance.now() < until);
        setTimeout(() => resolve(task({ name: "", mode: "exclusive" })), 100);
      }),
  };
  expect(await holdLock("S1", late as unknown as LockManager)).toBeTypeOf("function");
});

describe("the baton", () => {
  const baton = { session: "S1", token: "t" } as Baton;

  it("is parked for the next page of this tab", () => {
    park(baton, sessionStorage);
    expect(JSON.parse(sessionStorage.getItem(BATON_KEY) ?? "")).toEqual(baton);
  });

  it("does no harm where storage is forbidden", () => {
    const storage = {
      setItem: vi.fn().mockImplementation(() => {
        throw new DOMException("full", "QuotaExceededError");
      }),
    };
    park(baton, storage as unknown as Storage);
    expect(storage.setItem).toHaveBeenCalledOnce();
  });
});

it("stays silent only where another page has the session", () => {
  const silent = Object.entries(CLOSE).filter(([, code]) => isSilent(code));
  expect(silent.map(([reason]) => reason)).toEqual(["bad_token", "taken_over", "seat_held"]);
});

describe("where the page is going", () => {
  function going(...destinations: { url: string; downloadRequest?: string }[]) {
    const navigation = new EventTarget();
    vi.stubGlobal("navigation", navigation);
    const off = new AbortController();
    const reason = watchDestination(off.signal);
    for (const { url, downloadRequest = null } of destinations) {
      navigation.dispatchEvent(Object.assign(new Event("navigate"), { destination: { url }, downloadRequest }));
    }
    off.abort();
    vi.unstubAllGlobals();
    return reason();
  }

  it("is this site unless an event says otherwise", () => {
    expect(going()).toBe("navigating");
    expect(going({ url: `${location.origin}/next` })).toBe("navigating");
  });

  it("is another origin when the last navigation leads there", () => {
    expect(going({ url: `${location.origin}/next` }, { url: "https://elsewhere.example/" })).toBe("other_origin");
    expect(going({ url: "https://elsewhere.example/" }, { url: `${location.origin}/next` })).toBe("navigating");
  });

  it("is not told by downloads and other programs", () => {
    expect(going({ url: "https://elsewhere.example/f.pdf", downloadRequest: "f.pdf" })).toBe("navigating");
    expect(going({ url: "mailto:ana@shop.example" })).toBe("navigating");
  });
});
