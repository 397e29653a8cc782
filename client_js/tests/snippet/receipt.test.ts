import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { receiptTexts as de } from "../../src/shared/i18n/receipt.de";
import { receiptTexts as en } from "../../src/shared/i18n/receipt.en";
import type { Notes } from "../../src/shared/parts";
import { NOTES_MAX, noNotes, note } from "../../src/snippet/notes";
import { account, asText } from "../../src/snippet/receipt/account";
import { fill } from "../../src/snippet/receipt/receipt";
import { press } from "./trusted";

const START = new Date(2026, 10, 22, 9, 30).getTime();

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

const told = (notes: Notes) => ({ agent: "Ana", site: "Example Shop", ended: "Ana ended it.", notes });
const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

describe("the notes", () => {
  it("keep what happened in order, and say of the same in a row how often", () => {
    const notes = noNotes();
    note(notes, "page", "https://shop.example/");
    note(notes, "click", "button");
    note(notes, "click", "button");
    note(notes, "click", "link", "leaves_site");
    expect(notes.list.map(([, ...rest]) => rest)).toEqual([
      ["page", "https://shop.example/", "", 1],
      ["click", "button", "", 2],
      ["click", "link", "leaves_site", 1],
    ]);
  });

  it("count what is slight, unless it was refused", () => {
    const notes = noNotes();
    for (const act of ["point", "scroll", "scroll", "highlight", "clear"]) note(notes, act);
    note(notes, "scroll", "", "no_control");
    expect(notes.more).toEqual({ point: 1, scroll: 2, highlight: 1, clear: 1 });
    expect(notes.list).toHaveLength(1);
  });

  it("hold so many lines and count the rest by what it was", () => {
    const notes = noNotes();
    for (let at = 0; at < NOTES_MAX + 5; at++) note(notes, "navigate", `https://shop.example/${at}`);
    note(notes, "pause");
    expect(notes.list).toHaveLength(NOTES_MAX);
    expect(notes.more).toEqual({ navigate: 5, pause: 1 });
  });

  it("give up what was refused for what was done: nothing can be hidden behind noise", () => {
    const notes = noNotes();
    for (let at = 0; at < 2 * NOTES_MAX; at++) note(notes, "navigate", `https://shop.example/${at}`, "declined");
    note(notes, "submit");
    expect(notes.list).toHaveLength(NOTES_MAX);
    expect(notes.list.at(-1)?.[1]).toBe("submit");
    expect(notes.more).toEqual({ refused: NOTES_MAX + 1 });
  });
});

describe("the account", () => {
  it("says who, when, how long, what was shown and what was done", () => {
    const notes = noNotes();
    note(notes, "page", "https://shop.example/");
    later(60);
    note(notes, "control_on");
    note(notes, "click", "link");
    note(notes, "page", "https://shop.example/catalogue");
    note(notes, "page", "https://shop.example/");
    later(61);
    note(notes, "type", "field", "password");
    note(notes, "scroll");
    notes.hidden = 7;
    const { rows, lines, title } = account(told(notes));
    expect(title).toBe("Receipt of a support session, Example Shop");
    expect(Object.fromEntries(rows)).toEqual({
      "Support agent": "Ana, Example Shop",
      When: "22 November 2026, 09:30–09:32 (2 minutes)",
      "Pages shown": "2",
      "Fields hidden": "7",
      "Done by Ana": "1 thing",
      "Pointed, scrolled": "once",
      Refused: "1 thing",
    });
    expect(lines).toEqual([
      ["09:30:00", "Page shown: https://shop.example/"],
      ["09:31:00", "You let Ana click for you"],
      ["09:31:00", "Ana: click on a link"],
      ["09:31:00", "Page shown: https://shop.example/catalogue"],
      ["09:31:00", "Page shown: https://shop.example/"],
      ["09:32:01", "Ana, refused: type into a field (it is protected)"],
    ]);
  });

  it("counts what the list could not hold", () => {
    const notes = noNotes();
    for (let at = 0; at < NOTES_MAX + 3; at++) note(notes, "navigate", `https://shop.example/${at}`);
    const { rows, lines } = account(told(notes));
    expect(Object.fromEntries(rows)["Done by Ana"]).toBe(`${NOTES_MAX + 3} things`);
    expect(lines.at(-1)).toEqual(["…", "More than this list holds: open an address, 3 times"]);
  });

  it("says the same as plain text", () => {
    const notes = noNotes();
    note(notes, "page", "https://shop.example/");
    const text = asText(account(told(notes)));
    expect(text).toContain("Pages shown: 1\n");
    expect(text).toContain("End: Ana ended it.\n");
    expect(text).toContain("09:30:00  Page shown: https://shop.example/\n");
    expect(text).toContain(en.never);
  });

  it("has a sentence for every act and every reason", () => {
    const acts = "click navigate back forward reload type choose check submit point highlight scroll".split(" ");
    for (const texts of [en, de]) {
      expect(acts.filter((act) => !texts.acts[act]?.("x"))).toEqual([]);
      expect(texts.reasons.some(([codes]) => codes.test("whatever"))).toBe(true);
    }
    expect(Object.keys(de.notes)).toEqual(Object.keys(en.notes));
  });
});

describe("the receipt in full", () => {
  function filled() {
    document.body.replaceChildren();
    const [body, row] = [document.createElement("div"), document.createElement("div")];
    document.body.append(body, row);
    const notes = noNotes();
    note(notes, "page", "https://shop.example/<b>bold</b>");
    fill(body, row, told(notes));
    const press_ = (name: string) => press(row.querySelector(`[data-testid=receipt-${name}]`) as Element);
    return { body, row, press: press_ };
  }

  it("shows an address as what it is", () => {
    const { body } = filled();
    expect(body.textContent).toContain("https://shop.example/<b>bold</b>");
    expect(body.querySelector("b")).toBeNull();
  });

  it("is copied as plain text, and says so", async () => {
    const writeText = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    const { row, press } = filled();
    press("copy");
    await vi.advanceTimersByTimeAsync(0);
    expect(writeText.mock.calls[0]?.[0]).toContain("Pages shown: 1\n");
    expect(row.textContent).toContain(en.copied);
  });

  it("is copied by selection where the page may not use the clipboard", async () => {
    vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("not allowed"));
    const copied = vi.fn(() => false);
    Object.assign(document, { execCommand: copied });
    const { body, row, press } = filled();
    press("copy");
    await vi.advanceTimersByTimeAsync(0);
    expect(copied).toHaveBeenCalledWith("copy");
    expect(body.querySelector("textarea")).toBeNull();
    expect(row.textContent).toContain(en.failed);
  });
});
