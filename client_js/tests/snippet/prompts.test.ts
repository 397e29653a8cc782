import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { texts as de } from "../../src/shared/i18n/customer.de";
import { texts as en } from "../../src/shared/i18n/customer.en";
import { type Note, SHARED } from "../../src/shared/parts";
import { askConsent } from "../../src/snippet/consent";
import { noNotes } from "../../src/snippet/notes";
import { receipt } from "../../src/snippet/receipt";
import { banner } from "../../src/snippet/ui/banner";
import { timing } from "../../src/snippet/ui/elements";
import { askControl, askNavigate } from "../../src/snippet/ui/prompt";
import { press, trusted } from "./trusted";

const find = (root: ParentNode, testid: string) => root.querySelector(`[data-testid=${testid}]`) as HTMLButtonElement;

beforeEach(() => {
  vi.useFakeTimers();
  document.body.replaceChildren();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the consent", () => {
  function asked(shows = false) {
    const answer = vi.fn();
    const consent = askConsent({ agent: "Ana", site: "Example Shop", shows, consent: answer }, "47");
    document.body.append(consent.card);
    return {
      ...consent,
      dialog: consent.card,
      answer,
      allow: find(consent.card, "consent-allow"),
      no: find(consent.card, "consent-decline"),
    };
  }

  it("says who asks, for which site, and which digits to read out", () => {
    const { dialog } = asked();
    expect(dialog.textContent).toContain("Ana from Example Shop support");
    expect(dialog.textContent).toContain("only if you called Example Shop");
    expect(dialog.textContent).toContain("Read 47 to Ana.");
    expect(find(dialog, "consent-digits").textContent).toBe("47");
  });

  it("promises to hide what is typed only where the site shows none of it", () => {
    expect(asked().dialog.textContent).toContain("What you type, passwords, other tabs");
    const { textContent } = asked(true).dialog;
    expect(textContent).not.toContain("What you type");
    expect(textContent).toContain("Passwords, card numbers and one-time codes, other tabs");
    expect(de.neverWhat(false)).toContain("was Sie eingeben, Passwörter, andere Tabs");
    expect(de.neverWhat(true)).toContain("Passwörter, Kartennummern und Einmalcodes, andere Tabs");
    expect(de.neverWhat(true)).not.toContain("eingeben");
  });

  it("cannot be answered in its first second", () => {
    const { allow, no } = asked();
    expect([allow.disabled, no.disabled]).toEqual([true, true]);
    vi.advanceTimersByTime(timing.armMs - 1);
    expect(allow.disabled).toBe(true);
    vi.advanceTimersByTime(1);
    expect([allow.disabled, no.disabled]).toEqual([false, false]);
  });

  it("is answered by a person only", () => {
    const { allow, no, answer } = asked();
    vi.advanceTimersByTime(timing.armMs);
    allow.click();
    allow.dispatchEvent(new MouseEvent("click"));
    expect(answer).not.toHaveBeenCalled();
    press(allow);
    press(no);
    expect(answer.mock.calls).toEqual([[true], [false]]);
  });

  it("takes Escape for a no, after the first second", () => {
    const { dialog, answer } = asked();
    const cancelled = () => trusted(new Event("cancel", { cancelable: true }));
    expect(dialog.dispatchEvent(cancelled())).toBe(false);
    expect(answer).not.toHaveBeenCalled();
    vi.advanceTimersByTime(timing.armMs);
    dialog.dispatchEvent(new Event("cancel", { cancelable: true }));
    expect(answer).not.toHaveBeenCalled();
    dialog.dispatchEvent(cancelled());
    expect(answer).toHaveBeenCalledExactlyOnceWith(false);
  });

  it("says what it waits for, and can still be taken back", () => {
    const { dialog, update, no } = asked();
    update(true, false);
    expect(dialog.textContent).toContain("Nothing is shown yet");
    expect(find(dialog, "consent-allow")).toBeNull();
    expect(no.isConnected).toBe(true);
    update(true, true);
    expect(dialog.textContent).toContain("Connection lost");
  });
});

describe.each([
  ["control", (dock: HTMLElement, answer: (allow: boolean) => void) => askControl(dock, "Ana", answer)],
  [
    "navigate",
    (dock: HTMLElement, answer: (allow: boolean) => void) => askNavigate(dock, "Ana", "https://shop/a", answer),
  ],
] as const)("the %s prompt", (name, ask) => {
  function asked() {
    const dock = document.createElement("div");
    document.body.append(dock);
    const answer = vi.fn();
    return {
      dock,
      answer,
      prompt: ask(dock, answer),
      allow: find(dock, `${name}-allow`),
      deny: find(dock, `${name}-deny`),
    };
  }

  it("is armed after a second and goes with the answer", () => {
    const { dock, answer, allow, deny } = asked();
    expect([allow.disabled, deny.disabled]).toEqual([true, true]);
    vi.advanceTimersByTime(timing.armMs);
    allow.click();
    expect(answer).not.toHaveBeenCalled();
    press(allow);
    expect(answer).toHaveBeenCalledExactlyOnceWith(true);
    expect(dock.childElementCount).toBe(0);
  });

  it("can be denied, by Escape as well", () => {
    const { answer, deny, dock } = asked();
    const cancelled = () => deny.dispatchEvent(trusted(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })));
    cancelled();
    expect(answer).not.toHaveBeenCalled();
    vi.advanceTimersByTime(timing.armMs);
    cancelled();
    expect(answer).toHaveBeenCalledExactlyOnceWith(false);
    expect(dock.childElementCount).toBe(0);
  });

  it("is withdrawn without an answer", () => {
    const { answer, prompt, dock } = asked();
    prompt.withdraw();
    expect(dock.childElementCount).toBe(0);
    expect(answer).not.toHaveBeenCalled();
  });
});

it("shows an address in full, as text", () => {
  const dock = document.createElement("div");
  const address = `https://shop.example/<b>${"a".repeat(300)}?q=1#end`;
  askNavigate(dock, "Ana", address, () => {});
  expect(dock.textContent).toContain(address);
  expect(dock.querySelector("b")).toBeNull();
});

describe("the banner", () => {
  function shown() {
    const host = { agent: "Ana", pause: vi.fn(), stop: vi.fn(), release: vi.fn(), move: vi.fn(), preview: vi.fn() };
    const made = banner(host);
    document.body.append(made.element);
    return { ...made, host };
  }

  it.each([
    ["live", "Ana sees this page.", "Pause"],
    ["control", "and can click", "Pause"],
    ["paused", "Ana sees nothing", "Go on"],
    ["withheld", "Nothing is shown here", "Pause"],
    ["agent_away", "is away", "Pause"],
    ["reconnecting", "Trying again", "Pause"],
    ["hub_gone", "cannot be reached", "Pause"],
  ] as const)("says what %s means", (state, sentence, pause) => {
    const { element, show } = shown();
    show(state);
    expect(element.dataset.state).toBe(state);
    expect(element.querySelector("[role=status]")?.textContent).toContain(sentence);
    expect(find(element, "banner-pause").textContent).toBe(pause);
    expect(find(element, "control-release").hidden).toBe(state !== "control");
  });

  it.each([
    ["live", "full", "Ana sees this page."],
    ["live", "slow", "Ana sees this page a moment later than you."],
    ["live", "outline", "Ana sees only this page’s headings, links and buttons."],
    ["control", "outline", "Ana sees only this page’s headings, links and buttons. Clicking is allowed."],
    ["live", "address", "Ana sees only this page’s address."],
    ["paused", "outline", "Paused. Ana sees nothing."],
  ] as const)("says how much of the page is seen: %s, %s", (state, pace, sentence) => {
    const { element, show } = shown();
    show(state, pace);
    expect(element.querySelector("[role=status]")?.textContent).toBe(sentence);
  });

  it("hears a person only", () => {
    const { element, host } = shown();
    const names = ["banner-pause", "banner-stop", "control-release", "banner-move"];
    for (const name of names) find(element, name).click();
    expect([host.pause, host.stop, host.release, host.move].flatMap((each) => each.mock.calls)).toEqual([]);
    for (const name of names) press(find(element, name));
    expect([host.pause, host.stop, host.release, host.move].map((each) => each.mock.calls.length)).toEqual([
      1, 1, 1, 1,
    ]);
  });

  it("names the keys that stop", () => {
    const { stop } = shown();
    expect(stop.title).toContain("Ctrl+Alt+Shift+S");
    expect(stop.getAttribute("aria-keyshortcuts")).toBe("Control+Alt+Shift+S");
  });
});

describe("the receipt", () => {
  it("says that nothing was shown, and no more", () => {
    const shown = receipt("Ana", "Example Shop", "declined", noNotes(), () => {});
    expect(shown.querySelector(".body")).toBeNull();
    expect(shown.textContent).toContain("Nothing was shown");
    expect(shown.dataset.testid).toBe("receipt");
  });

  it("knows that a session can end for a reason it does not know", () => {
    expect(receipt("Ana", "Example Shop", "", noNotes(), () => {}).textContent).toContain(en.over);
  });

  it("says why it ended also where the account cannot be loaded", async () => {
    Object.assign(window, { [SHARED]: { load: () => Promise.reject(new Error("no hub")), parts: {} } });
    const notes = { ...noNotes(), list: [[0, "pause", "", "", 1] as Note] };
    const shown = receipt("Ana", "Example Shop", "customer_stopped", notes, () => {});
    await vi.advanceTimersByTimeAsync(0);
    expect(shown.querySelector(".body")?.textContent).toBe("");
    expect(shown.textContent).toContain("You stopped it");
  });

  it("goes when it is closed", () => {
    const close = vi.fn();
    press(find(receipt("Ana", "Example Shop", "idle", noNotes(), close), "receipt-close"));
    expect(close).toHaveBeenCalledOnce();
  });
});

describe("the two languages", () => {
  const shape = (value: unknown): unknown =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
      : typeof value;

  it("say the same things", () => {
    expect(shape(de)).toEqual(shape(en));
  });

  it("know every reason of an end that a customer can see", () => {
    const seen = [
      "agent_ended",
      "customer_stopped",
      "declined",
      "confirm_failed",
      "customer_gone",
      "agent_gone",
      "idle",
    ];
    expect(Object.keys(de.reasons)).toEqual([...seen, "time_limit"]);
  });
});
