import "@shoelace-style/shoelace/dist/themes/light.css";
import "@shoelace-style/shoelace/dist/shoelace.js";
import { css, html, LitElement } from "lit";

/** A component of the site itself, with styles that are adopted. */
class ClaimList extends LitElement {
  static properties = { claims: { state: true } };
  static styles = css`
    :host { display: block; margin-block: 1rem; border: 1px solid var(--sl-color-neutral-300); border-radius: 8px; background: white }
    ul { list-style: none; margin: 0; padding: 0 }
    li { display: flex; justify-content: space-between; padding: .75rem 1rem }
    li:nth-child(even) { background: var(--sl-color-neutral-100) }
    ::slotted(*) { color: var(--sl-color-primary-700) }
  `;
  constructor() {
    super();
    this.claims = [["Windscreen", 389.5], ["Bicycle", 720], ["Kitchen floor", 1240]];
  }
  render() {
    return html`<ul>${this.claims.map(([name, amount]) => html`<li><span>${name}</span><b>${amount.toFixed(2)} €</b></li>`)}</ul><slot></slot>`;
  }
}
customElements.define("claim-list", ClaimList);

document.querySelector(".cards").innerHTML = ["Household", "Car", "Travel", "Bicycle", "Legal", "Dog"]
  .map((name, at) => `<sl-card><img slot="image" src="/photo/${at + 4}.jpg" alt=""><strong>${name}</strong><br>Contract ${4711 + at}<br><small>${(at * 3.1 + 5).toFixed(2)} € a month</small><div slot="footer"><sl-button size="small" pill>Open</sl-button></div></sl-card>`)
  .join("");
document.querySelector("#report").addEventListener("click", () => document.querySelector("#claim").show());
