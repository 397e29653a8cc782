// The screens before and after a live session, as elements of their own so that each keeps its own form.

import {
  css,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import type { SessionState } from "../protocol";
import type { SiteChoice } from "./api";
import { sentence } from "./doctor/panel";
import type { Finding } from "./doctor/signals";
import { clock, threes } from "./parts";
import type { Strings } from "./strings";
import { card, theme } from "./theme";

const TICK_MS = 250;

/** Base of the screens: `s` are the strings. */
export abstract class Screen extends LitElement {
  declare s: Strings;

  static override properties: PropertyDeclarations = { s: { attribute: false } };
  static override styles = [theme, card];

  protected say<T>(name: string, detail: T): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  override firstUpdated(_changed: PropertyValues): void {
    this.renderRoot.querySelector<HTMLElement>("[data-first]")?.focus();
  }
}

export class SignInScreen extends Screen {
  declare busy: boolean;
  declare error: string;

  static override properties: PropertyDeclarations = { busy: { type: Boolean }, error: { attribute: false } };

  override render(): TemplateResult {
    const { s } = this;
    return html`<main class="card">
      <div>
        <h1>${s.signIn}</h1>
        <p class="soft">${s.signInIntro}</p>
      </div>
      <form @submit=${this.submit}>
        <label>${s.name}<input data-testid="login-name" data-first name="name" autocomplete="username" required
          autocapitalize="none" spellcheck="false" aria-describedby="problem" /></label>
        <label>${s.password}<input data-testid="login-password" name="password" type="password"
          autocomplete="current-password" required aria-describedby="problem" /></label>
        <p id="problem" class="error" role="alert" data-testid="login-error" ?hidden=${this.error === ""}>${this.error}</p>
        <button class="primary" data-testid="login-submit" ?disabled=${this.busy}>${s.signIn}</button>
      </form>
    </main>`;
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const values = new FormData(form);
    this.say("sign-in", { name: String(values.get("name")), password: String(values.get("password")) });
  }

  /** The password was wrong: let them type it anew. */
  clearPassword(): void {
    const input = this.renderRoot.querySelector<HTMLInputElement>("[name=password]");
    if (input === null) return;
    input.value = "";
    input.focus();
  }
}

export class HomeScreen extends Screen {
  declare sites: readonly SiteChoice[];
  declare busy: boolean;
  declare error: string;

  static override properties: PropertyDeclarations = {
    sites: { attribute: false },
    busy: { type: Boolean },
    error: { attribute: false },
  };

  override render(): TemplateResult {
    const { s } = this;
    if (this.sites.length === 0)
      return html`<main class="card"><h1>${s.homeTitle}</h1><p class="error">${s.noSites}</p></main>`;
    return html`<main class="card">
      <div>
        <h1>${s.homeTitle}</h1>
        <p class="soft">${s.homeIntro}</p>
      </div>
      <form @submit=${this.submit}>
        <label>${s.site}<select name="site" data-testid="site-select">
          ${this.sites.map((site) => html`<option value=${site.id}>${site.name}</option>`)}
        </select></label>
        <p class="error" role="alert" ?hidden=${this.error === ""}>${this.error}</p>
        <button class="primary" data-testid="new-session" data-first ?disabled=${this.busy}>${s.newSession}</button>
      </form>
    </main>`;
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    this.say("new-session", String(new FormData(event.target as HTMLFormElement).get("site")));
  }
}

export class CodeScreen extends Screen {
  declare code: string;
  declare expiresAt: number;
  declare siteName: string;
  declare now: () => number;
  private timer = 0;

  static override properties: PropertyDeclarations = {
    code: { attribute: false },
    expiresAt: { attribute: false },
    siteName: { attribute: false },
    now: { attribute: false },
  };

  static override styles = [
    theme,
    card,
    css`
      .code {
        font-size: min(3.2rem, 11.2vw);
        font-weight: 700;
        line-height: 1.1;
        font-variant-numeric: tabular-nums;
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.28em;
        user-select: all;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = window.setInterval(() => this.requestUpdate(), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  override render(): TemplateResult {
    const { s } = this;
    if (this.code === "") return this.lost();
    const groups = threes(this.code);
    const left = this.expiresAt - this.now();
    const spoken = groups.map((group) => [...group].join(" ")).join(" … ");
    return html`<main class="card">
      <div>
        <h1>${s.codeTitle}</h1>
        <p class="soft">${s.codeHow} ${s.codeWhere(this.siteName)}</p>
      </div>
      <p class="code" data-testid="code" aria-hidden="true">${groups.map((group, i) => html`${i ? " " : ""}<span>${group}</span>`)}</p>
      <p><span class="soft">${s.codeSay(spoken)}</span></p>
      <p data-testid="code-expires">${left > 0 ? s.codeExpires(clock(left)) : s.codeExpired}</p>
      <div class="row"><button data-testid="cancel" @click=${() => this.say("cancel", null)}>${s.cancel}</button></div>
    </main>`;
  }

  private lost(): TemplateResult {
    return html`<main class="card">
      <h1>${this.s.codeTitle}</h1>
      <p>${this.s.codeLost}</p>
      <div class="row">
        <button class="primary" data-first data-testid="new-session" @click=${() => this.say("again", null)}>${this.s.newSession}</button>
        <button data-testid="cancel" @click=${() => this.say("cancel", null)}>${this.s.cancel}</button>
      </div>
    </main>`;
  }
}

export class JoiningScreen extends Screen {
  declare state: SessionState;
  /** Why the customer's tab is not here yet, where that is known. */
  declare finding: Finding | null;

  static override properties: PropertyDeclarations = { state: { attribute: false }, finding: { attribute: false } };

  static override styles = [
    theme,
    card,
    css`
      .entry {
        display: flex;
        flex-wrap: wrap;
        gap: 0.75rem;
        align-items: end;
      }
      .entry button {
        min-height: 3.85rem;
        padding-inline: 1.6rem;
      }
      label > input {
        width: 5.5rem;
        font-size: 1.9rem;
        font-weight: 650;
        text-align: center;
        letter-spacing: 0.2em;
        font-variant-numeric: tabular-nums;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
        display: grid;
        gap: 0.35rem;
      }
      li::before {
        content: "○";
        display: inline-block;
        width: 1.5em;
        color: var(--ink-soft);
      }
      li.done::before {
        content: "✓";
        color: var(--good);
        font-weight: 700;
      }
      .note {
        padding: 0.75rem 0.9rem;
        border-radius: var(--radius);
        background: var(--warn-wash);
        color: var(--warn);
      }
    `,
  ];

  override render(): TemplateResult {
    const { s, state } = this;
    const missed = state.tries_left === 1 && state.confirmed !== true;
    return html`<main class="card">
      <div>
        <h1>${s.joiningTitle}</h1>
        <p class="soft">${s.joiningIntro}</p>
      </div>
      ${state.confirmed === true ? nothing : this.form(missed)}
      <ul aria-live="polite">
        <li class=${state.confirmed ? "done" : ""}>${state.confirmed ? s.stepDigitsDone : s.stepDigits}</li>
        <li class=${state.allowed ? "done" : ""}>${state.allowed ? s.stepConsentDone : s.stepConsent}</li>
      </ul>
      <div role="status" data-testid="cover" data-cause=${this.finding?.cause ?? ""}>${this.trouble()}</div>
      <p class="note">${s.digitsProof}</p>
      <div class="row"><button data-testid="cancel" @click=${() => this.say("cancel", null)}>${s.cancel}</button></div>
    </main>`;
  }

  private trouble(): TemplateResult | typeof nothing {
    if (this.finding === null) return nothing;
    const { title, text, todo } = sentence(this.s, this.finding);
    return html`<p class="error"><strong>${title}.</strong> ${text} ${todo}</p>`;
  }

  private form(missed: boolean): TemplateResult {
    const { s } = this;
    return html`<form @submit=${this.submit}>
      <div class="entry">
      <label>${s.digitsLabel}<input data-testid="confirm-digits" data-first name="digits" inputmode="numeric"
        autocomplete="off" maxlength="2" pattern="[0-9]{2}" required aria-describedby="miss" /></label>
      <button class="primary" data-testid="confirm-submit">${s.digitsSubmit}</button>
      </div>
      <p id="miss" class="error" role="alert" data-testid="confirm-error" ?hidden=${!missed}>${missed ? `${s.digitsWrong} ${s.digitsLastTry}` : ""}</p>
    </form>`;
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    const input = this.renderRoot.querySelector<HTMLInputElement>("input");
    if (input === null) return;
    this.say("digits", input.value);
    input.value = "";
    input.focus();
  }
}

/** A message and at most two ways on: ended, faults, loading errors. */
export class NoticeScreen extends Screen {
  declare heading: string;
  declare text: string;
  declare small: string;
  declare actions: readonly { id: string; label: string; primary: boolean }[];

  static override properties: PropertyDeclarations = {
    heading: { attribute: false },
    text: { attribute: false },
    small: { attribute: false },
    actions: { attribute: false },
  };

  override render(): TemplateResult {
    return html`<main class="card">
      <h1>${this.heading}</h1>
      <p role="status">${this.text}</p>
      ${this.small ? html`<p class="soft">${this.small}</p>` : nothing}
      <div class="row">${this.actions.map(
        ({ id, label, primary }, index) =>
          html`<button data-testid=${id} ?data-first=${index === 0} class=${primary ? "primary" : ""} @click=${() => this.say("choose", id)}>${label}</button>`,
      )}</div>
    </main>`;
  }
}

customElements.define("cobrowse-sign-in", SignInScreen);
customElements.define("cobrowse-home", HomeScreen);
customElements.define("cobrowse-code", CodeScreen);
customElements.define("cobrowse-joining", JoiningScreen);
customElements.define("cobrowse-notice", NoticeScreen);
