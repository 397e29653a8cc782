// What the agent asks to happen here. Every act is looked at again in this tab, whatever the hub let pass: what counts
// is what it would activate. Each is answered: done, started, or refused and why.
import type { Act, ActResult, AnyDo, CustomerPolicy } from "../protocol";
import { judge, parse } from "../shared/addresses";
import type { Capture } from "./capture";
import {
  attribute,
  boxOf,
  closest,
  focusOn,
  hasAttribute,
  localName,
  matches,
  nodeType,
  slotOf,
  upOf,
} from "./capture/dom";

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
/** For so long, what scripts of the page do is taken for what the act led to. */
const AFTERMATH_MS = 1_000;
const GUIDE = /^(point|highlight|clear)$/;
const CHECKABLE =
  "input[type=checkbox],input[type=radio]," +
  ["checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"].map((role) => `[role~=${role} i]`).join();
const SUBMITTER = "button:not([type=button i],[type=reset i]),input[type=submit],input[type=image]";
const PRESSABLE = "button,[role~=button i],input,a,label,summary,[onclick],[tabindex]";
const REVEAL = /passw|kennw|\bpwd?\b|reveal/i;

/** Why an act is refused, by the codes of docs/protocol.md. */
class Refused extends Error {
  constructor(readonly code_: string) {
    super(code_);
  }
}

const refuse = (code: string): never => {
  throw new Refused(code);
};

/** The element and all it is in, the way an event goes: through slots and shadow hosts. */
function pathOf(from: Element): Element[] {
  const path: Element[] = [];
  for (let at: Node | null = from; at; at = (nodeType(at) === 1 && slotOf(at as Element)) || upOf(at)) {
    if (nodeType(at) === 1) path.push(at as Element);
  }
  return path;
}

/** All that the audit trail may say of an element. */
const KINDS = [
  ["link", "a,area,[role~=link i]"],
  ["button", `summary,[role~=button i],[type=button i],[type=reset i],${SUBMITTER}`],
  ["field", `input,select,textarea,label,option,${CHECKABLE}`],
] as const;

const kindOf = (element: Element): NonNullable<ActResult["on"]> =>
  KINDS.find(([, selector]) => pathOf(element).some((each) => matches(each, selector)))?.[0] ?? "other";

function hitAt(x: number, y: number): Element | null {
  let hit = document.elementFromPoint(x, y);
  while (hit?.shadowRoot) {
    const inner = hit.shadowRoot.elementFromPoint(x, y);
    if (!inner || inner === hit) break;
    hit = inner;
  }
  return hit;
}

interface NavigateEvent extends Event {
  readonly destination: { url: string; sameDocument: boolean };
  readonly formData: FormData | null;
  readonly downloadRequest: string | null;
  readonly userInitiated: boolean;
  readonly sourceElement?: Element | null;
}

interface Navigation extends EventTarget {
  readonly currentEntry: { index: number };
  entries(): { key: string; url: string | null }[];
  traverseTo(key: string): Going;
  reload(): Going;
}

type Going = Record<string, Promise<unknown>>;

/** Where it fails, the page goes on as before; that is no error of the page's. */
function quietly(going: Going = {}): void {
  for (const each of Object.values(going)) each.catch(() => {});
}

const { navigation } = window as unknown as { navigation?: Navigation };

/** What a click on this label activates. */
const labelled = (element: Element): Element | null =>
  localName(element) === "label" ? (element as HTMLLabelElement).control : null;

/** Sending this form sends nothing. */
const closesDialog = (form: Element, button: Element | null): boolean =>
  /^dialog$/i.test((button && attribute(button, "formmethod")) ?? attribute(form, "method") ?? "");

export class Acts {
  private usedAt_ = Number.NEGATIVE_INFINITY;
  private level_ = BURST;
  private filledAt_ = 0;
  /** The act whose aftermath it is, until when, and why it was stopped. */
  private last_: [id: number, act: AnyDo["act"]] | undefined;
  private until_ = 0;
  private running_ = false;
  private on_: NonNullable<ActResult["on"]> = "";
  private stopped_ = "";

  constructor(
    private readonly capture_: Capture,
    private readonly policy_: CustomerPolicy,
    private readonly ui_: ActUi,
    /** The highest id so far; it goes from page to page. */
    public highest = 0,
  ) {
    navigation?.addEventListener("navigate", (event) =>
      this.guard_(event, () => this.checkLeaving_(event as NavigateEvent)),
    );
    addEventListener(
      "submit",
      (event) =>
        this.guard_(event, () => {
          const { submitter, target } = event as SubmitEvent;
          if (!closesDialog(target as Element, submitter)) this.checkMaySubmit_();
        }),
      true,
    );
  }

  /** The customer's own hand goes first. */
  used(at = performance.now()): void {
    this.usedAt_ = at;
    this.until_ = 0;
  }

  async run({ id, epoch, do: wanted }: Act): Promise<void> {
    const { act } = wanted;
    const answer = (status: ActResult["status"], reason = "") => {
      this.ui_.answer({ k: "act_result", id, status, reason, act, on: this.on_ }, act);
    };
    this.on_ = "";
    try {
      if (!(id > this.highest)) refuse("stale");
      this.highest = id;
      this.check_(act);
      if ("node" in wanted && epoch !== this.capture_.epoch) refuse("gone");
      if (!GUIDE.test(act)) {
        this.last_ = [id, act];
        this.until_ = performance.now() + AFTERMATH_MS;
      }
      this.stopped_ = "";
      this.running_ = true;
      const doing = this.do_(wanted, answer);
      this.running_ = false;
      const done = await doing;
      if (this.stopped_) refuse(this.stopped_);
      if (done) answer("done");
    } catch (error) {
      answer("refused", error instanceof Refused ? error.code_ : "failed");
    }
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

  // --- what scripts of the page make of an act

  /** Stops what the act may not lead to: a script can send a form or leave the site as well as a link can. */
  private guard_(event: Event, check: () => void): void {
    if (performance.now() >= this.until_ || !this.last_) return;
    try {
      check();
    } catch (error) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const reason = error instanceof Refused ? error.code_ : "failed";
      const [id, act] = this.last_;
      if (this.running_) this.stopped_ = reason;
      // It was answered; now there is more to say.
      else this.ui_.answer({ k: "act_result", id, status: "refused", reason, act, on: this.on_ }, act);
    }
  }

  private checkLeaving_({ userInitiated, destination, formData, downloadRequest, sourceElement }: NavigateEvent): void {
    // A page that changes its own address shows the new content all the same: the address must be the true one then.
    if (userInitiated || destination.sameDocument) return;
    if (downloadRequest !== null) refuse("downloads");
    if (formData || (sourceElement && matches(sourceElement, `form,${SUBMITTER}`))) this.checkMaySubmit_();
    this.checkAddress_(destination.url);
  }

  private checkMaySubmit_(): void {
    if (!this.policy_.acts.includes("submit")) refuse("submits");
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
        const box = boxOf(this.element_(wanted.node));
        ui.point(box.left + wanted.x * box.width, box.top + wanted.y * box.height);
        return true;
      }
      case "highlight":
        ui.highlight(boxOf(this.element_(wanted.node)));
        return true;
      case "scroll": {
        const to = { left: wanted.x, top: wanted.y, behavior: "instant" } as const;
        const node = this.capture_.nodeOf(wanted.node);
        const part = node === document ? null : this.target_(wanted.node);
        (part ?? window).scrollTo(to);
        ui.showAct("scroll", part && boxOf(part));
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
    const element = nodeType(node) === 3 ? upOf(node) : node === document ? document.documentElement : node;
    return nodeType(element as Node) === 1 ? (element as Element) : refuse("gone");
  }

  /** An element that may be acted upon. */
  private target_(id: number): Element {
    const element = this.element_(id);
    this.on_ = kindOf(element);
    this.checkPrivate_(element);
    const visible = element.checkVisibility?.({ visibilityProperty: true }) ?? true;
    const { width, height } = boxOf(element);
    return visible && width && height ? element : refuse("hidden");
  }

  private checkPrivate_(element: Element): void {
    if (this.capture_.isMasked(element)) refuse("masked");
    if (this.capture_.isNoControl(element)) refuse("no_control");
  }

  private checkAddress_(address: string): void {
    if (/^\s*javascript:/i.test(address)) refuse("script_link");
    const verdict = judge(this.policy_, address);
    if (verdict) refuse(verdict === "other_path" ? "denied_path" : "leaves_site");
  }

  private checkWindow_(target: string | null): void {
    const name = target ?? attribute(document.querySelector("base[target]") ?? document.documentElement, "target");
    if (name && !/^_(self|top|parent)$/i.test(name)) refuse("new_window");
  }

  /** Brings it into view. What a click there hits: something of the element, or what it is in and lets through to. */
  private reach_(element: Element, x: number, y: number): [hit: Element, left: number, top: number] {
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
    const navigates = this.checkClick_(target);
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
    this.checkClick_(target);
    if (this.stopped_) return false;
    if (navigates) answer("started");
    // Where the page does without the navigation, it is done here.
    return !fire("click") || !navigates;
  }

  /** Refuses what a click there must not activate. True where it leads to another page. */
  private checkClick_(target: Element): boolean {
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
    if (!inner && matches(element, PRESSABLE)) this.checkReveal_(element);
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
    const says = ["aria-label", "title", "class", "id", "aria-controls", "data-target"].map((name) =>
      attribute(element, name),
    );
    const near = closest(element, ":has(input)");
    const secret = [...(near && near !== document.body ? near.querySelectorAll("input") : [])].some((each) =>
      this.capture_.isSecret(each),
    );
    const isPlain = matches(element, "button,[role~=button i],[onclick],[tabindex],label,input");
    if (
      isPlain &&
      (secret || REVEAL.test(`${says} ${(element.textContent ?? "").slice(0, 80)}`)) &&
      this.hasPassword_()
    )
      refuse("password");
  }

  private hasPassword_(): boolean {
    return [...document.querySelectorAll("input")].some((each) => this.capture_.isSecret(each));
  }

  // --- other pages

  private async navigate_(address: string, answer: (status: ActResult["status"]) => void): Promise<boolean> {
    if (this.policy_.typed_navigation === "never") refuse("not_allowed");
    const { href } = parse(address, location.href) ?? refuse("bad_address");
    this.checkAddress_(href);
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
    this.checkAddress_(entry.url ?? "");
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
      this.checkPrivate_(option);
      if (name !== "select" || localName(option) !== "option" || closest(option, "select") !== element) refuse("field");
      if (matches(option, ":disabled")) refuse("nothing_to_do");
      put(HTMLSelectElement, "selectedIndex", [...element.options].indexOf(option as HTMLOptionElement));
      return tell();
    }
    if (wanted.act === "check") {
      // Nothing but ticking: not the link or the form around it.
      if (!matches(element, CHECKABLE) || this.checkClick_(element)) refuse("field");
      this.ui_.showAct("check", box);
      element.dispatchEvent(new PointerEvent("click", { bubbles: true, cancelable: true, composed: true }));
      return true;
    }
    const button = name === "form" ? element.querySelector(SUBMITTER) : element;
    if (!button || !matches(button, SUBMITTER) || !this.checkClick_(button)) refuse("nothing_to_do");
    answer("started");
    this.ui_.showAct("submit", box);
    (button as HTMLButtonElement).form?.requestSubmit(button as HTMLButtonElement);
    return false;
  }
}
