import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Claimed } from "../../src/entry/claim";
import { type FormHost, showForm } from "../../src/entry/form";

const joined = { joined: {} } as Claimed;

function form(host: Partial<FormHost> = {}) {
  const element = document.createElement("div");
  document.body.replaceChildren(element);
  const root = element.attachShadow({ mode: "open" });
  const claim = vi.fn(host.claim ?? (async () => joined));
  const accept = vi.fn(host.accept ?? (async () => {}));
  const input = showForm(root, { ...host, claim, accept });
  const find = (testid: string) => root.querySelector(`[data-testid=${testid}]`) as HTMLElement;
  return {
    root,
    input,
    claim,
    accept,
    find,
    error: () => find("code-error").textContent,
    type(text: string, caret = text.length) {
      input.value = text;
      input.setSelectionRange(caret, caret);
      input.dispatchEvent(new Event("input"));
    },
    submit: () =>
      (root.querySelector("form") as HTMLFormElement).dispatchEvent(new Event("submit", { cancelable: true })),
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  vi.spyOn(navigator, "language", "get").mockReturnValue("en-GB");
});

describe("typing a code", () => {
  it("groups the digits in threes and drops the rest", () => {
    const { type, input } = form();
    type("1234567");
    expect(input.value).toBe("123 4567");
    type("12345678");
    expect(input.value).toBe("123 456 78");
    type(" 123-456-786 x");
    expect(input.value).toBe("123 456 786");
  });

  it("keeps the caret behind the digit it was behind", () => {
    const { type, input } = form();
    type("129 345 678", 3);
    expect(input.selectionStart).toBe(3);
    type("12345", 4);
    expect([input.value, input.selectionStart]).toEqual(["123 45", 5]);
  });

  it("offers the keyboard and the help of the browser that fit", () => {
    const { input, root } = form();
    expect([input.inputMode, input.autocomplete, input.type]).toEqual(["numeric", "one-time-code", "text"]);
    expect(root.querySelector("label")?.htmlFor).toBe(input.id);
    expect(input.getAttribute("aria-describedby")).toBe("error hint");
  });
});

describe("a code that is entered", () => {
  it("is not sent where the check digit is wrong", async () => {
    const { type, submit, claim, error, input } = form();
    type("123456787");
    submit();
    await settled();
    expect(claim).not.toHaveBeenCalled();
    expect(error()).toContain("a digit is wrong");
    expect(input.getAttribute("aria-invalid")).toBe("true");
  });

  it("is claimed bare and handed on", async () => {
    const { type, submit, claim, accept, error, input } = form();
    type("123 456 786");
    submit();
    await settled();
    expect(claim).toHaveBeenCalledExactlyOnceWith("123456786");
    expect(accept).toHaveBeenCalledExactlyOnceWith(joined);
    expect([error(), input.value]).toEqual(["", ""]);
  });

  it("is claimed once, however often the button is pressed", async () => {
    const { type, submit, claim } = form();
    type("123456786");
    submit();
    submit();
    await settled();
    expect(claim).toHaveBeenCalledOnce();
  });

  it.each([
    ["invalid", 0, "not valid, has expired or was already used"],
    ["tooMany", 240, "wait 4 minutes"],
    ["tooMany", 30, "wait 30 seconds"],
    ["tooMany", 1, "wait 1 second and"],
    ["later", 2, "cannot check codes just now. Please try again in 2 seconds; the code stays valid"],
    ["away", 0, "cannot be reached"],
    ["site", 0, "not set up"],
    ["mistyped", 0, "a digit is wrong"],
  ] as const)("that is refused as %s says so (%i s)", async (refused, retryAfterSeconds, sentence) => {
    const { type, submit, error, accept, input } = form({ claim: async () => ({ refused, retryAfterSeconds }) });
    type("123456786");
    submit();
    await settled();
    expect(error()).toContain(sentence);
    expect(accept).not.toHaveBeenCalled();
    // Only where it is the code's fault.
    const wrong = refused === "invalid" || refused === "mistyped";
    expect(input.getAttribute("aria-invalid")).toBe(String(wrong));
    // Kept, so that it can be corrected or tried again.
    expect(input.value).toBe("123 456 786");
  });

  it("can be tried again where what comes next could not be loaded", async () => {
    const { type, submit, error, input, claim } = form({
      accept: async () => {
        throw new Error("not loaded");
      },
    });
    type("123456786");
    submit();
    await settled();
    expect(error()).toContain("cannot be reached");
    expect(input.value).toBe("123 456 786");
    submit();
    await settled();
    expect(claim).toHaveBeenCalledTimes(2);
  });
});

it("speaks German to a German browser", () => {
  vi.spyOn(navigator, "language", "get").mockReturnValue("de-AT");
  const { find } = form();
  expect(find("code-submit").textContent).toBe("Verbinden");
});

it("can be dismissed only where it is told how", () => {
  expect(form().root.querySelector("button.plain")).toBeNull();
  const dismiss = vi.fn();
  (form({ dismiss }).root.querySelector("button.plain") as HTMLElement).click();
  expect(dismiss).toHaveBeenCalledOnce();
});
