// The shop's own JavaScript: what a small real shop has. No inline style or script, so that it runs under its strict CSP.
"use strict";

// --- a web component with an open shadow root and an adopted stylesheet

const starSheet = new CSSStyleSheet();
starSheet.replaceSync(`
  :host { display: inline-flex; align-items: center; gap: 0.4rem; font-size: 0.875rem; color: var(--quiet, #5d625c); }
  .track { position: relative; display: inline-block; letter-spacing: 0.1em; color: #d5cfc2; }
  .full { position: absolute; inset: 0 auto 0 0; overflow: hidden; color: #b9781f; white-space: nowrap; }
`);

class RatingStars extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [starSheet];
    const value = Number(this.getAttribute("value"));
    const track = element("span", { class: "track", role: "img", "aria-label": `${value} of 5 stars` }, "★★★★★");
    const full = element("span", { class: "full", "aria-hidden": "true" }, "★★★★★");
    full.style.width = `${(value / 5) * 100}%`;
    track.append(full);
    root.append(track, element("span", { class: "reviews" }, this.getAttribute("reviews") ?? ""));
  }
}
customElements.define("rating-stars", RatingStars);

// --- CSS made by script, rule by rule, as CSS-in-JS libraries do

const madeRules = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, madeRules];
function addRule(rule) {
  madeRules.insertRule(rule, madeRules.cssRules.length);
}
addRule(".toast { background: #24352f; color: #fff; }");
addRule(".card:hover .card-name, .slide:hover .slide-name { text-decoration: underline; }");

// --- small tools

function element(name, attributes = {}, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

let toastTimer = 0;
function toast(text) {
  const box = document.querySelector("[data-toast]");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    box.hidden = true;
  }, 4000);
}

// --- menu, dialogs, carousel, tabs

function startMenu() {
  const button = document.querySelector("[data-menu]");
  const menu = document.getElementById("menu");
  button.addEventListener("click", () => {
    const open = menu.classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
  });
}

function startDialogs() {
  for (const button of document.querySelectorAll("[data-open-dialog]")) {
    button.addEventListener("click", () => document.getElementById(button.dataset.openDialog).showModal());
  }
  document.getElementById("newsletter").addEventListener("close", (event) => {
    if (event.target.returnValue === "yes") toast("Thank you. We'll write.");
  });
}

function startCarousel() {
  const carousel = document.getElementById("carousel");
  if (!carousel) return;
  for (const button of document.querySelectorAll("[data-carousel]")) {
    const direction = Number(button.dataset.carousel);
    button.addEventListener("click", () => carousel.scrollBy({ left: direction * carousel.clientWidth * 0.8, behavior: "smooth" }));
  }
}

function startTabs() {
  for (const tabs of document.querySelectorAll("[data-tabs]")) {
    const buttons = [...tabs.querySelectorAll("[role=tab]")];
    const choose = (chosen) => {
      for (const button of buttons) {
        button.setAttribute("aria-selected", String(button === chosen));
        button.tabIndex = button === chosen ? 0 : -1;
        document.getElementById(button.getAttribute("aria-controls")).hidden = button !== chosen;
      }
    };
    buttons.forEach((button, index) => {
      button.addEventListener("click", () => choose(button));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = buttons[(index + step + buttons.length) % buttons.length];
        choose(next);
        next.focus();
      });
    });
  }
}

// --- the catalogue: filter and sort in the page, with the address kept in step

function startFilters() {
  const form = document.querySelector("[data-filters]");
  if (!form) return;
  const list = document.querySelector("[data-cards]");
  const cards = new Map();

  const remember = (root) => {
    for (const card of root.querySelectorAll("[data-category]")) cards.set(card.dataset.name, card);
  };
  const show = () => {
    const wanted = new FormData(form);
    const category = wanted.get("category");
    const shown = [...cards.values()].filter((card) => !category || card.dataset.category === category);
    if (wanted.get("sort") === "price") shown.sort((a, b) => a.dataset.cents - b.dataset.cents);
    if (wanted.get("sort") === "name") shown.sort((a, b) => a.dataset.name.localeCompare(b.dataset.name));
    list.replaceChildren(...shown);
    document.querySelector("[data-found]").textContent = String(shown.length);
  };
  const fromAddress = () => {
    const category = new URLSearchParams(location.search).get("category") ?? "";
    const radio = form.querySelector(`input[value="${CSS.escape(category)}"]`);
    if (radio) radio.checked = true;
    show();
  };
  const completeCards = async () => {
    // The server sent one kind only: fetch the rest once, so that every filter works in the page.
    const answer = await fetch("/catalogue");
    remember(new DOMParser().parseFromString(await answer.text(), "text/html"));
  };

  remember(document);
  form.addEventListener("change", async (event) => {
    if (location.search && cards.size < 12) await completeCards();
    show();
    if (event.target.name !== "category") return;
    const query = event.target.value ? `?category=${event.target.value}` : "";
    history.pushState(null, "", `/catalogue${query}`);
  });
  addEventListener("popstate", fromAddress);
}

// --- basket and account

function startBasket() {
  const form = document.querySelector("[data-add]");
  if (!form) return;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    const { count } = await answer.json();
    document.querySelector("[data-basket-count]").textContent = String(count);
    toast("It is in your basket.");
  });
}

function startAccount() {
  for (const button of document.querySelectorAll("[data-reveal]")) {
    const field = document.getElementById(button.dataset.reveal);
    button.addEventListener("click", () => {
      const hidden = field.type === "password";
      field.type = hidden ? "text" : "password";
      button.textContent = hidden ? "Hide" : "Show";
      button.setAttribute("aria-pressed", String(hidden));
    });
  }
  const close = document.querySelector("[data-close-account]");
  if (close) close.addEventListener("click", () => toast("Your account would now be closed."));
}

startMenu();
startDialogs();
startCarousel();
startTabs();
startFilters();
startBasket();
startAccount();
