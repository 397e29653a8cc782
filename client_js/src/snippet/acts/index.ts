// What the agent asks to happen here. Every act is looked at again in this tab, whatever the hub let pass: what counts
// is what it would activate. Each is answered: done, started, or refused and why.
import type { Act, ActResult, AnyDo, CustomerPolicy } from "../../protocol";
import { parse } from "../../shared/addresses";
import type { Capture } from "../capture";
import { boxOf, closest, documentOf, focusOn, localName, matches, nodeType, upOf, viewOf } from "../capture/dom";
import { Aftermath } from "./aftermath";
import { navigation, quietly } from "./navigation";
import { Permission } from "./permission";
import { reasonOf, refuse } from "./refusal";
import { CHECKABLE, hitAt, type Kind, kindOf, labelled, pathOf, placeOf, SUBMITTER } from "./targets";

export interface ActUi {
  /** To be sent at once, ahead of what waits. */
  answer(result: ActResult, act: AnyDo["act"]): void;
  /** True while the customer has given control. */
  hasControl(): boolean;
  isOwn(node: Node): boolean;
  /** Why this address is not opened; "" where it is. At once where the customer is not even asked. */
  askNavigate(address: string): string | Promise<string>;
  point(x: number, y: number): void;
  highlight(box: DOMRect | null): void;
  showAct(kind: string, box: DOMRect | null): void;
}

const PAUSE_MS = 2_000;
/** The hub's rate; what waited on the way may come at once. */
const PER_SECOND = 50;
const BURST = 100;
const GUIDE = /^(point|highlight|clear)$/;

export class Acts {
  private usedAt_ = Number.NEGATIVE_INFINITY;
  private level_ = BURST;
  private filledAt_ = 0;
  private on_: Kind = "";
  private readonly permission_: Permission;
  private readonly aftermath_: Aftermath;

  constructor(
    private readonly capture_: Capture,
    private readonly policy_: CustomerPolicy,
    private readonly ui_: ActUi,
    /** The highest id so far; it goes from page to page. */
    public highest = 0,
  ) {
    this.permission_ = new Permission(capture_, policy_);
    this.aftermath_ = new Aftermath(this.permission_, (id, act, reason) => this.answer_(id, act, "refused", reason));
  }

  /** The customer's own hand goes first. */
  used(at = performance.now()): void {
    this.usedAt_ = at;
    this.aftermath_.over_();
  }

  async run({ id, epoch, do: wanted }: Act): Promise<void> {
    const { act } = wanted;
    const answer = (status: ActResult["status"], reason = "") => this.answer_(id, act, status, reason);
    this.on_ = "";
    try {
      if (!(id > this.highest)) refuse("stale");
      this.highest = id;
      this.check_(act);
      if ("node" in wanted && epoch !== this.capture_.epoch) refuse("gone");
      if (!GUIDE.test(act)) this.aftermath_.begin_(id, act);
      const done = await this.aftermath_.during_(() => this.do_(wanted, answer));
      if (this.aftermath_.stopped_) refuse(this.aftermath_.stopped_);
      if (done) answer("done");
    } catch (error) {
      answer("refused", reasonOf(error));
    }
  }

  private answer_(id: number, act: AnyDo["act"], status: ActResult["status"], reason: string): void {
    this.ui_.answer({ k: "act_result", id, status, reason, act, on: this.on_ }, act);
  }

  private check_(act: string): void {
    if (!this.policy_.acts.includes(act)) refuse("not_allowed");
    if (!this.capture_.live) refuse("wrong_state");
    const now = performance.now();
    this.level_ = Math.min(BURST, this.level_ + ((now - this.filledAt_) * PER_SECOND) / 1_000) - 1;
    this.filledAt_ = now;
    if (this.level_ < 0) {
      this.level_++;
      refuse("too_fast");
    }
    if (GUIDE.test(act)) return;
    if (!this.ui_.hasControl()) refuse("no_control");
    if (now - this.usedAt_ < PAUSE_MS) refuse("paused_by_customer");
  }

  /** True where the act is done; false where it was answered already. */
  private async do_(wanted: AnyDo, answer: (status: ActResult["status"]) => void): Promise<boolean> {
    const { ui_: ui } = this;
    switch (wanted.act) {
      case "clear":
        ui.highlight(null);
        ui.point(-99, -99);
        return true;
      case "point": {
        const box = placeOf(this.element_(wanted.node));
        ui.point(box.left + wanted.x * box.width, box.top + wanted.y * box.height);
        return true;
      }
      case "highlight":
        ui.highlight(placeOf(this.element_(wanted.node)));
        return true;
      case "scroll": {
        const to = { left: wanted.x, top: wanted.y, behavior: "instant" } as const;
        const node = this.capture_.nodeOf(wanted.node);
        const part = node === document ? null : this.target_(wanted.node);
        (node && nodeType(node) === 9 ? viewOf(node as Document) : part)?.scrollTo(to);
        ui.showAct("scroll", part && placeOf(part));
        return true;
      }
      case "click":
        return this.click_(wanted.node, wanted.x, wanted.y, answer);
      case "navigate":
        return this.navigate_(wanted.address, answer);
      case "back":
      case "forward":
        return this.travel_(wanted.act, answer);
      case "reload":
        if (!navigation) refuse("nothing_to_do");
        answer("started");
        ui.showAct("reload", null);
        // By location.reload() a page that came by a form would send the form again, without asking anybody.
        quietly(navigation?.reload());
        return false;
      default:
        return this.fill_(wanted, answer);
    }
  }

  // --- where

  private element_(id: number): Element {
    const node = this.capture_.nodeOf(id) ?? refuse("gone");
    const element =
      nodeType(node) === 3 ? upOf(node) : nodeType(node) === 9 ? (node as Document).documentElement : node;
    return nodeType(element as Node) === 1 ? (element as Element) : refuse("gone");
  }

  /** An element that may be acted upon. */
  private target_(id: number): Element {
    const element = this.element_(id);
    this.on_ = kindOf(element);
    this.permission_.checkPrivate_(element);
    const visible = element.checkVisibility?.({ visibilityProperty: true }) ?? true;
    const { width, height } = boxOf(element);
    return visible && width && height ? element : refuse("hidden");
  }

  /** Brings it into view. What a click there hits: something of the element, or what it is in and lets through to. */
  private reach_(element: Element, x: number, y: number): [hit: Element, left: number, top: number] {
    // What it would lead to there is not watched over.
    if (documentOf(element) !== document) refuse("in_frame");
    const place = () => {
      const box = boxOf(element);
      // The outermost edge belongs to the neighbour.
      const at = (from: number, length: number, share: number) => from + Math.min(share * length, length - 0.5);
      return [at(box.left, box.width, x), at(box.top, box.height, y)] as const;
    };
    let [left, top] = place();
    if (left < 0 || top < 0 || left >= innerWidth || top >= innerHeight) {
      element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
      [left, top] = place();
    }
    const hit = hitAt(left, top);
    if (!hit || this.ui_.isOwn(hit)) return refuse("covered");
    const path = pathOf(hit);
    const isThere = path.includes(element) || path.some((each) => labelled(each) === element);
    return isThere || pathOf(element).includes(hit) ? [hit, left, top] : refuse("covered");
  }

  // --- clicks

  private click_(id: number, x: number, y: number, answer: (status: ActResult["status"]) => void): boolean {
    const element = this.target_(id);
    const [target, left, top] = this.reach_(element, x, y);
    this.on_ = kindOf(target);
    const navigates = this.permission_.checkClick_(target);
    this.ui_.showAct("click", boxOf(target));
    const fire = (type: string) => {
      const Kind = /^(pointer|click)/.test(type) ? PointerEvent : MouseEvent;
      const common = { bubbles: true, cancelable: true, composed: true, view: window, clientX: left, clientY: top };
      return target.dispatchEvent(new Kind(type, { ...common, detail: 1, ...(/down$/.test(type) && { buttons: 1 }) }));
    };
    for (const type of ["pointerover", "mouseover", "pointermove", "mousemove", "pointerdown"]) fire(type);
    if (fire("mousedown")) for (const each of pathOf(target)) if (focusOn(each)) break;
    for (const type of ["pointerup", "mouseup"]) fire(type);
    // The page may have put something else in its place meanwhile.
    this.permission_.checkClick_(target);
    if (this.aftermath_.stopped_) return false;
    if (navigates) answer("started");
    // Where the page does without the navigation, it is done here.
    return !fire("click") || !navigates;
  }

  // --- other pages

  private async navigate_(address: string, answer: (status: ActResult["status"]) => void): Promise<boolean> {
    if (this.policy_.typed_navigation === "never") refuse("not_allowed");
    const { href } = parse(address, location.href) ?? refuse("bad_address");
    this.permission_.checkAddress_(href);
    if (this.policy_.typed_navigation === "ask") {
      const asked = this.ui_.askNavigate(href);
      if (typeof asked === "string") refuse(asked);
      answer("asking");
      const no = await asked;
      if (no) refuse(no);
      if (!this.capture_.live || !this.ui_.hasControl()) refuse("wrong_state");
    }
    answer("started");
    this.ui_.showAct("navigate", null);
    location.assign(href);
    return false;
  }

  private travel_(act: "back" | "forward", answer: (status: ActResult["status"]) => void): boolean {
    // Only the Navigation API says where it would lead, and goes there whatever frames of the page did.
    const entry =
      navigation?.entries()[navigation.currentEntry.index + (act === "back" ? -1 : 1)] ?? refuse("nothing_to_do");
    this.permission_.checkAddress_(entry.url ?? "");
    answer("started");
    this.ui_.showAct(act, null);
    quietly(navigation?.traverseTo(entry.key));
    return false;
  }

  // --- fields, by policy

  private fill_(wanted: AnyDo & { node: number }, answer: (status: ActResult["status"]) => void): boolean {
    const element = this.target_(wanted.node) as HTMLInputElement & HTMLSelectElement;
    const name = localName(element);
    if (matches(element, ":disabled,[readonly]")) refuse("nothing_to_do");
    if (this.capture_.isSecret(element)) refuse("password");
    if (matches(element, "input[type=file]")) refuse("file");
    this.reach_(element, 0.5, 0.5);
    const box = boxOf(element);
    const tell = () => {
      for (const type of ["input", "change"]) element.dispatchEvent(new Event(type, { bubbles: true, composed: true }));
      this.ui_.showAct(wanted.act, box);
      return true;
    };
    const put = (of: { prototype: object }, key: string, value: unknown) => {
      Reflect.set(of.prototype, key, value, element);
    };
    if (wanted.act === "type") {
      if (name === "textarea") put(HTMLTextAreaElement, "value", wanted.text);
      else if (name === "input" && !matches(element, `${CHECKABLE},${SUBMITTER},[type=button],[type=reset]`)) {
        put(HTMLInputElement, "value", wanted.text);
      } else refuse("field");
      return tell();
    }
    if (wanted.act === "choose") {
      const option = this.element_(wanted.option);
      this.permission_.checkPrivate_(option);
      if (name !== "select" || localName(option) !== "option" || closest(option, "select") !== element) refuse("field");
      if (matches(option, ":disabled")) refuse("nothing_to_do");
      put(HTMLSelectElement, "selectedIndex", [...element.options].indexOf(option as HTMLOptionElement));
      return tell();
    }
    if (wanted.act === "check") {
      // Nothing but ticking: not the link or the form around it.
      if (!matches(element, CHECKABLE) || this.permission_.checkClick_(element)) refuse("field");
      this.ui_.showAct("check", box);
      element.dispatchEvent(new PointerEvent("click", { bubbles: true, cancelable: true, composed: true }));
      return true;
    }
    const button = name === "form" ? element.querySelector(SUBMITTER) : element;
    if (!button || !matches(button, SUBMITTER) || !this.permission_.checkClick_(button)) refuse("nothing_to_do");
    answer("started");
    this.ui_.showAct("submit", box);
    (button as HTMLButtonElement).form?.requestSubmit(button as HTMLButtonElement);
    return false;
  }
}
