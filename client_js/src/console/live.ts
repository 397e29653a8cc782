// The live screen: the customer's address, the tools, the mirror, and what became of each act.

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { ref } from "lit/directives/ref.js";
import type { AnyDo } from "../protocol";
import type { Tool } from "../shared/mirrortalk";
import type { ActLine } from "./acts";
import type { Conversation } from "./conversation";
import { sentence } from "./doctor/panel";
import { liveStyle } from "./livestyle";
import { icon } from "./parts";
import type { Strings } from "./strings";
import { theme } from "./theme";

export class LiveScreen extends LitElement {
  declare s: Strings;
  declare talk: Conversation;
  /** Changes whenever the conversation does. */
  declare version: number;
  /** Not live yet: nothing is shown, but the mirror's page is loaded, with nothing in it. */
  declare early: boolean;
  private typed: string | null = null;
  private controlWasAsked = false;
  private controlDenied = false;

  static override properties = {
    s: { attribute: false },
    talk: { attribute: false },
    version: { attribute: false },
    early: { attribute: false },
  };
  static override styles = [theme, liveStyle];

  override willUpdate(): void {
    const { state } = this.talk;
    if (state?.control === "asked") {
      this.controlWasAsked = true;
      this.controlDenied = false;
    } else if (this.controlWasAsked) {
      this.controlDenied = state?.control === "off" && state.name === "live";
      this.controlWasAsked = false;
    }
  }

  /** One template for both, so that the mirror's frame stays what it is: moved or made anew, it would load again. */
  override render(): TemplateResult {
    return html`<main>
      ${this.early ? nothing : this.head()}
      <div class="stage">${this.mirror()} ${this.early ? nothing : this.cover()}</div>
      ${this.early ? nothing : this.foot()}
    </main>`;
  }

  private head(): TemplateResult {
    return html`<h1 class="visually-hidden">${this.s.mirrorTitle}</h1>
      <div class="bar">${this.navigation()} ${this.tools()} ${this.control()}</div>`;
  }

  private foot(): TemplateResult {
    return html`<div class="bar foot">${this.result()} <p role="status" class="soft small" data-testid="control-note">${this.controlNote()}</p>
      <div class="group"><cobrowse-doctor .s=${this.s} .doctor=${this.talk.doctor} .version=${this.version}></cobrowse-doctor> ${this.history()}</div></div>`;
  }

  /** Why there is no control, where the customer said so or is not asked. */
  private controlNote(): string {
    const { problem, retryAfterSeconds } = this.talk;
    if (problem.startsWith("store_")) return this.s.later(Math.max(1, retryAfterSeconds));
    if (this.talk.state?.control !== "off") return "";
    if (problem === "asked_too_soon") return this.s.askedTooSoon(retryAfterSeconds);
    if (problem === "declined_for_good") return this.s.declinedForGood;
    return this.controlDenied ? this.s.controlDenied : "";
  }

  // --- the bar

  private navigation(): TemplateResult {
    const { s } = this;
    return html`<div class="group" role="group" aria-label=${s.address}>
      ${this.navButton("nav-back", "back", s.back)} ${this.navButton("nav-forward", "forward", s.forward)}
      ${this.navButton("reload", "reload", s.reload)}
    </div>
    <form class="address" @submit=${this.open}>
      <label class="visually-hidden" for="address">${s.address}</label>
      <input id="address" data-testid="address" .value=${live(this.typed ?? this.talk.page?.address ?? "")} spellcheck="false" ?disabled=${this.talk.state?.name !== "live"}
        autocapitalize="none" autocomplete="off" inputmode="url" title=${s.addressHint} placeholder=${this.talk.state?.name === "live" ? s.addressHint : s.addressUnknown}
        @input=${this.typing} @keydown=${this.addressKey} @blur=${this.addressLeft} />
    </form>`;
  }

  private navButton(testid: string, act: "back" | "forward" | "reload", label: string): TemplateResult {
    const ready = this.talk.state?.name === "live" && this.talk.state.control === "on";
    return html`<button class="square" data-testid=${testid} aria-label=${label} title=${label}
      ?disabled=${!ready} @click=${() => this.talk.act({ act })}>${icon(act)}</button>`;
  }

  private readonly typing = (event: Event): void => {
    this.typed = (event.target as HTMLInputElement).value;
  };

  private readonly addressKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    this.typed = null;
    this.requestUpdate();
  };

  private readonly addressLeft = (): void => {
    if (this.typed === "") this.typed = null;
    this.requestUpdate();
  };

  private readonly open = (event: SubmitEvent): void => {
    event.preventDefault();
    const input = this.renderRoot.querySelector<HTMLInputElement>("#address");
    const address = input?.value.trim() ?? "";
    this.typed = null;
    if (address !== "") this.talk.act({ act: "navigate", address });
    this.requestUpdate();
  };

  private tools(): TemplateResult {
    const { s } = this;
    const control = this.talk.state?.control === "on";
    return html`<div class="group segmented" role="group" aria-label=${s.tools}>
      ${this.toolButton("point", s.toolPoint, this.ready("point"))}
      ${this.toolButton("highlight", s.toolHighlight, this.ready("highlight"))}
      ${control ? this.toolButton("control", s.toolControl, true) : nothing}
    </div>
    <button class="plain" data-testid="tool-clear" ?disabled=${!this.ready("clear")} title=${s.acts.clear ?? ""}
      @click=${() => this.talk.act({ act: "clear" })}>${s.toolClear}</button>`;
  }

  private ready(act: AnyDo["act"]): boolean {
    return this.talk.state?.name === "live" && this.talk.may(act);
  }

  private toolButton(tool: Tool, label: string, allowed: boolean): TemplateResult {
    return html`<button data-testid="tool-${tool}" aria-pressed=${this.talk.tool === tool} ?disabled=${!allowed}
      @click=${() => this.talk.setTool(tool)}>${icon(tool)}<span>${label}</span></button>`;
  }

  private control(): TemplateResult {
    const { s, talk } = this;
    const control = talk.state?.control ?? "off";
    const offered = talk.state?.scope === "control";
    if (!offered) return html`<p class="soft small">${s.controlNotOffered}</p>`;
    const label = control === "on" ? s.giveBack : control === "asked" ? s.controlAsked : s.requestControl;
    return html`<div class="group">
      <button data-testid="request-control" data-control=${control} ?disabled=${control === "asked" || talk.state?.name !== "live"}
        @click=${() => (control === "on" ? talk.releaseControl() : talk.askControl())}>${label}</button>
    </div>`;
  }

  // --- the mirror and what lies over it

  private mirror(): TemplateResult | typeof nothing {
    const host = this.talk.mirror;
    if (host === null) return nothing;
    return html`<iframe data-testid="mirror" title=${this.s.mirrorTitle} src=${host.address}
      sandbox="allow-scripts allow-same-origin" referrerpolicy="no-referrer" allow=""
      ${ref(this.attach)}></iframe>`;
  }

  private readonly attach = (frame?: Element): void => {
    this.talk.mirror?.attach((frame as HTMLIFrameElement | undefined) ?? null);
  };

  /** What stands in the place of the picture; behind it may be what is out of date, or not to be seen any more. */
  private cover(): TemplateResult {
    const blank = this.talk.doctor.blank;
    const { title, text, todo } = blank === null ? { title: "", text: "", todo: "" } : sentence(this.s, blank);
    return html`<div class="cover" role="status" data-testid="cover" data-cause=${blank?.cause ?? ""} ?data-shown=${blank !== null}>
      ${blank === null ? nothing : html`<div><strong>${title}</strong><span>${text}</span><span class="soft">${todo}</span></div>`}
    </div>`;
  }

  // --- what became of acts

  private result(): TemplateResult {
    const line = this.talk.acts.lines[0];
    return html`<p class="result" role="status" data-testid="act-result" data-act=${line?.do.act ?? ""}
      data-status=${line?.state ?? ""} data-reason=${line?.reason ?? ""}>${line === undefined ? "" : this.sentence(line)}</p>`;
  }

  private sentence(line: ActLine): TemplateResult {
    const { s } = this;
    const what =
      line.do.act === "navigate" ? `${s.acts.navigate} ${line.do.address}` : (s.acts[line.do.act] ?? line.do.act);
    const why =
      line.reason === ""
        ? ""
        : `: ${Object.hasOwn(s.reasons, line.reason) ? s.reasons[line.reason] : s.reasonUnknown(line.reason)}`;
    return html`<span class="mark" data-status=${line.state} aria-hidden="true"></span><span><b>${what}</b>: ${s.actStates[line.state]}${why}</span>`;
  }

  private history(): TemplateResult {
    const { s, talk } = this;
    const lines = talk.acts.lines;
    return html`<details class="history">
      <summary>${s.history}</summary>
      <div class="sheet">
        ${lines.length === 0 ? html`<p class="soft">${s.historyEmpty}</p>` : html`<ol reversed>${lines.map((line) => html`<li>${this.sentence(line)}</li>`)}</ol>`}
      </div>
    </details>`;
  }
}

customElements.define("cobrowse-live", LiveScreen);
