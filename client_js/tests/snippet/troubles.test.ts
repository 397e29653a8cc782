import { afterEach, expect, it } from "vitest";
import { SHARED } from "../../src/shared/parts";
import { troubles } from "../../src/snippet/troubles";

const OWN = "https://shop.example/picture.png";
const off = new AbortController();

function forbidden(effectiveDirective: string, blockedURI: string, disposition = "enforce"): void {
  document.dispatchEvent(
    Object.assign(new Event("securitypolicyviolation"), { effectiveDirective, blockedURI, disposition }),
  );
}

function listening() {
  (window as unknown as Record<symbol, unknown>)[SHARED] = { hub: "https://hub.example" };
  return troubles(
    () => undefined,
    (address) => address === OWN,
    off.signal,
  );
}

afterEach(() => off.abort());

it("tells what a policy forbids to us from what it forbids to the page", () => {
  const wrong = listening();
  // The page may not show it; that keeps nobody from reading the rest.
  forbidden("img-src", OWN);
  forbidden("style-src-elem", "inline");
  forbidden("connect-src", "https://shop.example/other");
  forbidden("connect-src", OWN, "report");
  expect(wrong.list).toEqual([]);
  forbidden("connect-src", OWN);
  expect(wrong.list).toEqual(["csp_self"]);
  forbidden("font-src", "https://hub.example/font");
  forbidden("media-src", "https://hub.example/film");
  expect(wrong.list).toEqual(["csp_self", "csp_font", "csp_other"]);
});
