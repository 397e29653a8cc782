// What an act may touch, and where it may lead: the site's policy and the marks on the page, looked at in this tab.
import type { CustomerPolicy } from "../../protocol";
import { judge } from "../../shared/addresses";
import type { Capture } from "../capture";
import { attribute, closest, hasAttribute, localName, matches } from "../capture/dom";
import { refuse } from "./refusal";
import { CHECKABLE, closesDialog, labelled, pathOf, SUBMITTER } from "./targets";

const PRESSABLE = "button,[role~=button i],[onclick],label,input";
const REVEAL = /passw|kennw|\bpwd?\b|reveal/i;

/** Each check throws where the act is refused. */
export class Permission {
  constructor(
    private readonly capture_: Capture,
    private readonly policy_: CustomerPolicy,
  ) {}

  checkPrivate_(element: Element): void {
    if (this.capture_.isMasked(element)) refuse("masked");
    if (this.capture_.isNoControl(element)) refuse("no_control");
  }

  checkAddress_(address: string): void {
    if (/^\s*javascript:/i.test(address)) refuse("script_link");
    const verdict = judge(this.policy_, address);
    if (verdict) refuse(verdict === "other_path" ? "denied_path" : "leaves_site");
  }

  private checkWindow_(target: string | null): void {
    const name = target ?? attribute(document.querySelector("base[target]") ?? document.documentElement, "target");
    if (name && !/^_(self|top|parent)$/i.test(name)) refuse("new_window");
  }

  checkMaySubmit_(): void {
    if (!this.policy_.acts.includes("submit")) refuse("submits");
  }

  /** Refuses what a click there must not activate. True where it leads to another page. */
  checkClick_(target: Element): boolean {
    const path = pathOf(target);
    let leads = false;
    let found = false;
    for (const element of path) {
      this.checkPrivate_(element);
      // A label does nothing where something in it was clicked. Links and forms do, in Chromium, around a button too.
      const control = found ? null : labelled(element);
      if (control && !path.includes(control)) for (const each of pathOf(control)) this.checkPrivate_(each);
      const leading = this.checkActivated_(control ?? element, found);
      found ||= leading !== undefined;
      leads ||= !!leading;
    }
    return leads;
  }

  /** Whether it leads to another page; undefined where this element activates nothing. `inner`: something in it does. */
  private checkActivated_(element: Element, inner: boolean): boolean | undefined {
    const name = localName(element);
    if (matches(element, "input[type=file]")) refuse("file");
    if (this.capture_.isSecret(element)) refuse("password");
    if (matches(element, CHECKABLE) && !this.policy_.acts.includes("check")) refuse("checks");
    if (matches(element, "select,option,[role~=option i],[type=reset i]")) refuse("field");
    if (matches(element, SUBMITTER)) return this.checkSubmit_(element as HTMLButtonElement);
    if (!inner && matches(element, `${PRESSABLE},[tabindex]`)) this.checkReveal_(element);
    const href = name === "a" || name === "area" ? this.hrefOf_(element) : undefined;
    if (href !== undefined) return this.checkLink_(element, href);
    return matches(element, "button,input,textarea,summary") ? false : undefined;
  }

  private hrefOf_(element: Element): string | undefined {
    // An SVG link may be led elsewhere by an animation.
    const moved = (element as SVGAElement).href?.animVal;
    const href = moved || (attribute(element, "href") ?? attribute(element, "xlink:href"));
    if (href === null) return undefined;
    try {
      return new URL(href, document.baseURI).href;
    } catch {
      return refuse("bad_address");
    }
  }

  private checkLink_(element: Element, href: string): boolean {
    if (/^javascript:/i.test(href)) refuse("script_link");
    if (hasAttribute(element, "download")) refuse("downloads");
    this.checkWindow_(attribute(element, "xlink:show") === "new" ? "new" : attribute(element, "target"));
    this.checkAddress_(href);
    // What else a click tells.
    for (const each of (attribute(element, "ping") ?? "").split(/\s+/)) {
      if (each) this.checkAddress_(new URL(each, document.baseURI).href);
    }
    const here = location.href.split("#")[0];
    return href.split("#")[0] !== here || !href.includes("#");
  }

  private checkSubmit_(button: HTMLButtonElement): boolean {
    const { form } = button;
    if (!form || button.disabled) return false;
    if (closesDialog(form, button)) return false;
    this.checkMaySubmit_();
    this.checkWindow_(attribute(button, "formtarget") ?? attribute(form, "target"));
    const action = attribute(button, "formaction") ?? attribute(form, "action") ?? "";
    this.checkAddress_(new URL(action || location.href, document.baseURI).href);
    return true;
  }

  /** A button beside a password field, or one that talks of passwords, would show one. */
  private checkReveal_(element: Element): void {
    // What can only take the focus, for a skip link or to be scrolled, is no button for a field inside of it.
    if (!matches(element, PRESSABLE) && this.hasSecret_(element)) return;
    const near = closest(element, ":has(input)");
    const says = ["aria-label", "title", "class", "id", "aria-controls", "data-target"].map((name) =>
      attribute(element, name),
    );
    if (
      (near && near !== document.body && this.hasSecret_(near)) ||
      (REVEAL.test(`${says} ${(element.textContent ?? "").slice(0, 80)}`) && this.hasSecret_(document))
    )
      refuse("password");
  }

  private hasSecret_(part: ParentNode): boolean {
    return [...part.querySelectorAll("input")].some((each) => this.capture_.isSecret(each));
  }
}
