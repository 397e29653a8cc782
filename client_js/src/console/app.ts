// The console: which screen is shown, and what each screen asks for.

import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Language } from "../shared/mirrortalk";
import { ApiError, api, type Me } from "./api";
import { Conversation } from "./conversation";
import "./live";
import "./screens";
import type { SignInScreen } from "./screens";
import { STRINGS, type Strings } from "./strings";
import { theme } from "./theme";

/** The hub is there, and what it needs is not: its store, mostly. */
const BUSY = 503;

type Where = "starting" | "unreachable" | "sign-in" | "home" | "session";

const LIVE: ReadonlySet<string> = new Set(["live", "paused"]);

export class ConsoleApp extends LitElement {
  declare where: Where;
  declare busy: boolean;
  declare error: string;
  declare version: number;
  private me: Me | null = null;
  private talk: Conversation | null = null;
  /** The code of the session begun here; it can't be read again. */
  private code = "";
  private codeExpiresAt = 0;
  private site = "";
  private readonly s: Strings;
  private readonly language: Language;

  static override properties = {
    where: { state: true },
    busy: { state: true },
    error: { state: true },
    version: { state: true },
  };

  static override styles = [
    theme,
    css`
      :host {
        min-height: 100dvh;
        display: flex;
        flex-direction: column;
        background: var(--ground);
      }
      :host([data-live]) {
        height: 100dvh;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        gap: 0.4rem 0.9rem;
        align-items: center;
        padding: 0.5rem clamp(0.8rem, 2vw, 1.1rem);
        background: var(--paper);
        border-bottom: 1px solid var(--line);
        min-height: 3.5rem;
      }
      .brand {
        font-weight: 700;
        letter-spacing: -0.01em;
        display: flex;
        gap: 0.5rem;
        align-items: center;
      }
      .brand::before {
        content: "";
        width: 0.95rem;
        height: 0.95rem;
        border-radius: 4px;
        background: var(--accent);
        box-shadow: 5px 5px 0 -1px var(--accent-wash), 5px 5px 0 0 var(--accent);
        margin-inline-end: 0.25rem;
      }
      .space {
        flex: 1;
      }
      .site {
        overflow-wrap: anywhere;
      }
      @media (max-width: 40rem) {
        :host([data-live]) .brand {
          font-size: 0;
        }
        :host([data-live]) header {
          min-height: 0;
          gap: 0.4rem;
        }
        :host([data-live]) .site,
        .badge[data-state="control"] {
          display: none;
        }
      }
      .badge {
        padding: 0.2rem 0.75rem;
        border-radius: 999px;
        background: var(--sunk);
        font-weight: 600;
        font-size: 0.9rem;
      }
      .badge[data-state="live"] {
        background: var(--good-wash);
        color: var(--good);
      }
      .badge[data-down],
      .badge[data-state="control"],
      .badge[data-state="away"],
      .badge[data-state="paused"] {
        background: var(--warn-wash);
        color: var(--warn);
      }
      .banner {
        padding: 0.5rem 1rem;
        background: var(--warn-wash);
        color: var(--warn);
        font-weight: 600;
        text-align: center;
      }
      .banner.bad {
        background: var(--bad-wash);
        color: var(--bad);
      }
      .screen {
        flex: 1;
        min-height: 0;
        display: flex;
        flex-direction: column;
        padding: clamp(0.8rem, 4vw, 2.5rem);
      }
      .screen.wide {
        padding: 0;
      }
      cobrowse-sign-in,
      cobrowse-home,
      cobrowse-code,
      cobrowse-joining,
      cobrowse-notice {
        display: flex;
        flex: 1;
      }
    `,
  ];

  constructor() {
    super();
    this.language = /^de\b/i.test(navigator.language) ? "de" : "en";
    this.s = STRINGS[this.language];
    this.where = "starting";
    this.busy = false;
    this.error = "";
    this.version = 0;
    document.documentElement.lang = this.language;
    document.body.style.margin = "0";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.start();
  }

  override updated(_changed: PropertyValues): void {
    this.toggleAttribute("data-live", this.isLiveScreen());
  }

  // --- ways between the screens

  private async start(): Promise<void> {
    this.where = "starting";
    try {
      this.me = await api.me();
      await this.resume();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.where = error.status === 401 ? "sign-in" : "unreachable";
      this.error = error.status === BUSY ? this.later(error) : "";
    }
  }

  /** Into the newest session that has not ended, or home. */
  private async resume(): Promise<void> {
    const { sessions } = await api.sessions();
    const open = sessions.find((session) => session.name !== "ended");
    if (open === undefined) this.goHome();
    else this.converse(open.session, open.site);
  }

  private goHome(): void {
    this.talk?.close();
    this.talk = null;
    this.code = "";
    this.error = "";
    this.where = "home";
  }

  private converse(id: string, site: string): void {
    this.talk?.close();
    this.site = site;
    this.talk = new Conversation(id, api, this.language, () => {
      this.version += 1;
      if (this.talk?.fault === "signed_out") this.signedOut();
    });
    this.where = "session";
  }

  private signedOut(): void {
    this.talk?.close();
    this.talk = null;
    this.me = null;
    this.code = "";
    this.error = this.s.errors.not_signed_in ?? "";
    this.where = "sign-in";
  }

  /** Do one thing at a time; what fails is said in words. */
  private async attempt(task: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = "";
    try {
      await task();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "not_signed_in") this.signedOut();
      else this.error = this.wordsFor(error);
    } finally {
      this.busy = false;
    }
  }

  private wordsFor(error: ApiError): string {
    if (error.code === "too_many") return this.s.tooMany(Math.max(1, Math.ceil(error.retryAfterSeconds)));
    if (error.status === BUSY) return this.later(error);
    return this.s.errors[error.code] ?? this.s.errors.failed ?? "";
  }

  private later(error: ApiError): string {
    return this.s.later(Math.max(1, Math.ceil(error.retryAfterSeconds)));
  }

  private async signIn(event: CustomEvent<{ name: string; password: string }>): Promise<void> {
    const screen = event.target as SignInScreen;
    await this.attempt(async () => {
      this.me = await api.login(event.detail.name, event.detail.password);
      await this.resume();
    });
    // Only where it was wrong: what else went wrong is no reason to type it again.
    if (this.error === this.s.errors.login_failed) screen.clearPassword();
  }

  private newSession(site: string): Promise<void> {
    return this.attempt(async () => {
      const created = await api.create(site);
      this.converse(created.id, site);
      this.code = created.code;
      this.codeExpiresAt = created.expires_at;
    });
  }

  private readonly end = (): Promise<void> =>
    this.attempt(async () => {
      try {
        await this.talk?.end();
      } catch (error) {
        if (error instanceof ApiError && error.code === "unreachable") throw new ApiError("end_failed", 0, 0);
        throw error;
      }
    });

  private readonly cancel = async (): Promise<void> => {
    await this.end();
    if (this.error === "") this.goHome();
  };

  private readonly signOut = (): Promise<void> =>
    this.attempt(async () => {
      await api.logout();
      this.me = null;
      this.goHome();
      this.where = "sign-in";
    });

  // --- drawing

  override render(): TemplateResult {
    return html`${this.header()} ${this.banner()}
      <div class="screen ${this.isLiveScreen() ? "wide" : ""}">${this.screen()}</div>`;
  }

  private phase(): string {
    const state = this.talk?.state;
    return state?.name === "away" ? (state.away?.back_to ?? "live") : (state?.name ?? "");
  }

  private isLiveScreen(): boolean {
    return this.where === "session" && this.talk?.fault === "" && LIVE.has(this.phase());
  }

  /** The hub was there in this session, and is not at the moment. */
  private isDown(): boolean {
    const { talk } = this;
    if (talk === null || talk.fault !== "" || talk.state?.name === "ended") return false;
    return talk.welcomed && talk.link !== "open" && talk.link !== "closed";
  }

  private header(): TemplateResult {
    const { s, talk } = this;
    const state = this.where === "session" ? talk?.state : undefined;
    return html`<header>
      <span class="brand"><span>Cobrowse</span></span>
      ${state ? html`<span class="site">${state.site_name}</span>` : nothing}
      ${state ? html`<span class="badge" role="status" data-testid="session-state" data-state=${state.name} ?data-down=${this.isDown()}>${this.isDown() ? s.hubLost : s.states[state.name]}</span>` : nothing}
      ${state?.control === "on" && !this.isDown() ? html`<span class="badge" data-state="control">${s.controlOn}</span>` : nothing}
      <span class="space"></span>
      ${this.isLiveScreen() ? html`<button class="danger" data-testid="end-session" ?disabled=${this.busy} @click=${this.end}>${s.endSession}</button>` : nothing}
      ${this.where === "home" ? html`<span class="soft">${this.me?.agent.name}</span><button class="plain" data-testid="logout" @click=${this.signOut}>${s.signOut}</button>` : nothing}
    </header>`;
  }

  private banner(): TemplateResult | typeof nothing {
    const { s, talk } = this;
    if (this.where !== "session" || talk === null) return nothing;
    return html`<div role="alert">${
      this.error !== "" ? html`<div class="banner bad">${this.error}</div>` : nothing
    }${this.isDown() ? html`<div class="banner" data-testid="reconnecting">${s.reconnecting}</div>` : nothing}</div>`;
  }

  private screen(): TemplateResult {
    const { s } = this;
    switch (this.where) {
      case "starting":
        return html`<p class="soft" role="status">${s.loading}</p>`;
      case "unreachable":
        return this.error === ""
          ? this.notice(s.unreachableTitle, s.unreachableText, "", [["retry", s.retry]])
          : this.notice(s.laterTitle, this.error, "", [["retry", s.retry]]);
      case "sign-in":
        return html`<cobrowse-sign-in .s=${s} .busy=${this.busy} .error=${this.error} @sign-in=${this.signIn}></cobrowse-sign-in>`;
      case "home":
        return html`<cobrowse-home .s=${s} .sites=${this.me?.sites ?? []} .busy=${this.busy} .error=${this.error}
          @new-session=${(event: CustomEvent<string>) => this.newSession(event.detail)}></cobrowse-home>`;
      case "session":
        return this.session();
    }
  }

  private session(): TemplateResult {
    const { s, talk } = this;
    if (talk === null) return html``;
    if (talk.fault !== "") return this.fault(talk.fault);
    const { state } = talk;
    switch (this.phase()) {
      case "waiting":
        return html`<cobrowse-code .s=${s} .code=${this.code} .expiresAt=${this.codeExpiresAt} .now=${() => talk.now()}
          .siteName=${state?.site_name ?? ""} @cancel=${this.cancel} @again=${() => this.newSession(this.site)}></cobrowse-code>`;
      case "joining":
      case "live":
      case "paused":
        return this.joined(talk, this.phase() === "joining");
      case "ended":
        return this.ended();
      default:
        return html`<p class="soft" role="status">${s.connecting}</p>`;
    }
  }

  /** The mirror's page is there before there is anything to show: to load it takes longer than the first picture. */
  private joined(talk: Conversation, early: boolean): TemplateResult {
    const { s } = this;
    return html`${
      early
        ? html`<cobrowse-joining .s=${s} .state=${talk.state} .finding=${talk.doctor.blank} @cancel=${this.cancel}
            @digits=${(event: CustomEvent<string>) => talk.digits(event.detail)}></cobrowse-joining>`
        : nothing
    }<cobrowse-live ?hidden=${early} .early=${early} .s=${s} .talk=${talk} .version=${this.version}></cobrowse-live>`;
  }

  private ended(): TemplateResult {
    const { s } = this;
    const reason = this.talk?.state?.reason;
    return this.notice(s.endedTitle, reason ? s.ended[reason] : "", s.endedNothingKept, [
      ["new-session", s.newSession],
      ["back-to-start", s.backToStart],
    ]);
  }

  private fault(fault: string): TemplateResult {
    const { s } = this;
    const words = s.faults[fault] ?? { title: s.endedTitle, text: "" };
    const first: [string, string] = fault === "taken" ? ["take-over", s.takeOver] : ["retry", s.retry];
    return this.notice(words.title, words.text, "", [first, ["back-to-start", s.backToStart]]);
  }

  private notice(heading: string, text: string, small: string, ways: readonly [string, string][]): TemplateResult {
    const actions = ways.map(([id, label], index) => ({ id, label, primary: index === 0 }));
    return html`<cobrowse-notice .heading=${heading} .text=${text} .small=${small} .actions=${actions}
      @choose=${(event: CustomEvent<string>) => this.choose(event.detail)}></cobrowse-notice>`;
  }

  private choose(way: string): void {
    if (way === "new-session") void this.newSession(this.site);
    else if (way === "back-to-start") this.goHome();
    else if (way === "take-over" && this.talk !== null) this.converse(this.talk.id, this.site);
    else void this.start();
  }
}

customElements.define("cobrowse-console", ConsoleApp);
