// The doctor's word on the picture, always there in one word, and the panel that says why.

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Strings } from "../strings";
import { theme } from "../theme";
import type { Doctor } from "./doctor";
import { panelStyle } from "./panelstyle";
import type { Finding } from "./signals";
import type { Said } from "./words";

/** What comes and goes quicker is not read out. */
const READ_OUT_AFTER_MS = 2_000;

/** The words for what was found. */
export function sentence(s: Strings, finding: Finding): Said {
  return s.doctor.causes[finding.cause](finding.values);
}

export class DoctorPanel extends LitElement {
  declare s: Strings;
  declare doctor: Doctor;
  /** Changes whenever the doctor's judgement does. */
  declare version: number;
  declare open: boolean;
  declare readOut: string;
  declare copied: string;
  private due = "";
  private timer = 0;

  static override properties = {
    s: { attribute: false },
    doctor: { attribute: false },
    version: { attribute: false },
    open: { state: true },
    readOut: { state: true },
    copied: { state: true },
  };
  static override styles = [theme, panelStyle];

  constructor() {
    super();
    this.open = false;
    this.readOut = this.copied = "";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.due = "";
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("version")) this.readOutSoon();
    if (changed.has("open") && this.open) this.renderRoot.querySelector<HTMLElement>("h2")?.focus();
  }

  /** Politely, once it has settled. What stands in the picture's place is read from there. */
  private readOutSoon(): void {
    const { quality, findings } = this.doctor;
    const first = findings[0];
    const text =
      quality === "none"
        ? ""
        : [this.s.doctor.quality[quality], first && sentence(this.s, first).title].filter(Boolean).join(". ");
    if (text === this.due) return;
    this.due = text;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.readOut = this.due;
    }, READ_OUT_AFTER_MS);
  }

  override render(): TemplateResult {
    const { quality } = this.doctor;
    return html`<button class="status" data-testid="doctor-open" data-quality=${quality} aria-expanded=${this.open} aria-controls="panel"
        @click=${this.toggle}><span class="mark" data-quality=${quality} aria-hidden="true"></span>${this.s.doctor.quality[quality]}</button>
      <p class="visually-hidden" role="status">${this.readOut}</p>
      ${this.panel()}`;
  }

  private readonly toggle = (): void => {
    this.open = !this.open;
    this.copied = "";
  };

  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    this.open = false;
    this.renderRoot.querySelector<HTMLElement>(".status")?.focus();
  };

  private panel(): TemplateResult {
    const { s, doctor } = this;
    return html`<section id="panel" class="sheet" data-testid="doctor" aria-labelledby="heading" ?hidden=${!this.open} @keydown=${this.key}>
      ${
        this.open
          ? html`<h2 id="heading" tabindex="-1">${s.doctor.heading}</h2>
              ${doctor.findings.length === 0 ? html`<p data-testid="doctor-nothing">${s.doctor.nothing}</p>` : this.list()}
              <div class="ways">${this.check()} ${this.copy()}</div>
              ${this.measures()}`
          : nothing
      }
    </section>`;
  }

  private list(): TemplateResult {
    return html`<ul>${this.doctor.findings.map((finding) => this.item(finding))}</ul>`;
  }

  private item(finding: Finding): TemplateResult {
    const { s } = this;
    const { title, text, todo } = sentence(s, finding);
    const values = Object.entries(finding.values).map(([name, value]) => `${name}=${value}`);
    return html`<li data-testid="doctor-finding" data-cause=${finding.cause} data-weight=${finding.weight}>
      <span class="mark" data-weight=${finding.weight} role="img" aria-label=${s.doctor.weights[finding.weight]}></span>
      <div>
        <strong>${title}</strong>
        <p>${text}</p>
        <p class="todo">${todo}</p>
        <details><summary>${s.doctor.details}</summary><code>${[finding.cause, ...values].join(" ")}</code></details>
      </div>
    </li>`;
  }

  private check(): TemplateResult {
    const { s, doctor } = this;
    const { compared } = doctor;
    const asking = compared === "asking";
    return html`<div>
      <button data-testid="doctor-check" ?disabled=${asking || !doctor.isLive} @click=${() => doctor.check()}>${asking ? s.doctor.checking : s.doctor.check}</button>
      <p class="small" role="status" data-testid="doctor-compared" data-compared=${compared}>${compared === "" || asking ? "" : s.doctor.compared[compared]}</p>
    </div>`;
  }

  private copy(): TemplateResult {
    const { s } = this;
    return html`<div>
      <button data-testid="doctor-copy" @click=${this.copyReport}>${s.doctor.copy}</button>
      <p class="small" role="status" data-testid="doctor-copied">${this.copied}</p>
    </div>`;
  }

  private readonly copyReport = async (): Promise<void> => {
    const { s, doctor } = this;
    // Not there on an address that is neither https nor this machine.
    const board: Clipboard | undefined = navigator.clipboard;
    try {
      await board.writeText(doctor.report());
      this.copied = s.doctor.copied;
    } catch {
      this.copied = s.doctor.notCopied;
    }
  };

  private measures(): TemplateResult | typeof nothing {
    const { measures } = this.doctor;
    if (measures === null) return nothing;
    return html`<p class="small soft">${this.s.doctor.measures(measures.agentMs, measures.customerMs)}</p>`;
  }
}

customElements.define("cobrowse-doctor", DoctorPanel);
