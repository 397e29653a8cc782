// The one line a site carries. It does nothing visible until somebody enters a code, opens the entry, comes by a
// handoff, or comes back with a baton; then it loads the part that is needed, with integrity. Whatever fails here fails
// for the customer who asked, never for the page.
import { language } from "../shared/i18n/language";
import { BATON_KEY, type Baton, type SessionPart, SHARED, type Shared } from "../shared/parts";

const UNREACHABLE = {
  en: "Support cannot be reached from this page at the moment. Please try again later.",
  de: "Der Support ist von dieser Seite aus gerade nicht erreichbar. Bitte versuchen Sie es später noch einmal.",
};
const RETRY_MS = 2_000;
/** The page before may hide, and so leave its baton, after this one has begun: in another process, or from the cache. */
const LOOK_AGAIN_MS = [50, 250, 1_000, 2_500];

interface TrustedTypes {
  createPolicy(name: string, rules: object): { createScriptURL(url: string): string };
}

type Global = { trustedTypes?: TrustedTypes; cobrowse: { open(): void } } & { [SHARED]?: Shared };

function start(script: HTMLScriptElement): void {
  const hub = new URL(script.src).origin;
  const global = window as unknown as Global;
  const loading: Record<string, Promise<void>> = {};
  let trust = (url: string) => url;
  try {
    // A site that demands Trusted Types lists the policy `cobrowse`.
    const policy = global.trustedTypes?.createPolicy("cobrowse", { createScriptURL: trust });
    if (policy) trust = (url) => policy.createScriptURL(url);
  } catch {
    // Not listed: where Trusted Types are demanded nothing will load, and the customer is told on acting.
  }

  const load = (name: string): Promise<void> => {
    loading[name] ??= new Promise<void>((resolve, reject) => {
      const [file, integrity] = __PARTS__[name] ?? ["", ""];
      const part = document.createElement("script");
      part.integrity = integrity;
      part.crossOrigin = "anonymous";
      part.referrerPolicy = "no-referrer";
      part.nonce = script.nonce;
      part.onload = () => resolve();
      part.onerror = () => {
        delete loading[name];
        part.remove();
        reject(new Error(`${name} could not be loaded from ${hub}.`));
      };
      part.src = trust(`${hub}/static/${file}`);
      document.head.append(part);
    });
    return loading[name];
  };

  const own: Shared = {
    hub,
    site: script.dataset.site ?? "",
    session: () => load(`session-${language()}`).then(() => own.parts.session as SessionPart),
    load: (name) => load(name).then(() => own.parts[name]),
    lent: [],
    parts: {},
  };
  global[SHARED] = own;

  const dialog = (content: string | Node): void => {
    const shown = document.createElement("dialog");
    shown.style.cssText =
      "box-sizing:border-box;width:min(488px,calc(100vw - 24px));padding:24px;border:0;border-radius:14px;" +
      "background:#fff;color:#14213d;font:16px/1.5 system-ui,sans-serif";
    shown.ariaLabel = "Support";
    shown.append(content);
    if (typeof content === "string") {
      const close = document.createElement("button");
      close.textContent = "OK";
      close.style.cssText = "display:block;margin-top:16px;min-height:44px;min-width:88px;font:inherit";
      close.onclick = () => shown.close();
      shown.append(close);
    }
    shown.onclose = () => shown.remove();
    // Answers nothing: a handler that answers false takes the default away, so that the form inside never submits.
    shown.onclick = (event) => {
      if (event.target === shown) shown.close();
    };
    document.body.append(shown);
    shown.showModal();
  };

  customElements.define(
    "cobrowse-code-entry",
    class extends HTMLElement {
      connectedCallback(): void {
        const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
        if (root.firstChild) return;
        load("entry").then(
          () => own.parts.entry?.fill(this),
          () => root.replaceChildren(UNREACHABLE[language()]),
        );
      }
    },
  );
  global.cobrowse = { open: () => dialog(document.createElement("cobrowse-code-entry")) };

  // --- what a page before this one left for us

  let held: Baton | undefined;
  let here = true;
  const resume = (): void => {
    own.session().then(
      (part) => {
        const baton = held;
        held = undefined;
        if (baton) part.resume(baton);
      },
      () => held && setTimeout(resume, RETRY_MS),
    );
  };
  const take = (): void => {
    const text = here && sessionStorage.getItem(BATON_KEY);
    if (!text) return;
    // Taken out first: whoever copies the storage from now on copies nothing.
    sessionStorage.removeItem(BATON_KEY);
    held = JSON.parse(text) as Baton;
    resume();
  };
  const arrive = (): void => {
    here = true;
    take();
    for (const ms of LOOK_AGAIN_MS) setTimeout(take, ms);
  };
  const putBack = (): void => {
    here = false;
    // This page goes before it could use the baton: the next one may.
    if (held) sessionStorage.setItem(BATON_KEY, JSON.stringify(held));
    held = undefined;
  };
  const handoff = /^#cobrowse=(.+)/.exec(location.hash)?.[1];
  if (handoff) history.replaceState(history.state, "", location.pathname + location.search);
  const begin = (): void => {
    if (handoff) {
      load("entry")
        .then(() => own.parts.entry?.redeem(handoff))
        .catch(() => UNREACHABLE[language()])
        .then((refused) => refused && dialog(refused));
    }
    addEventListener("pagehide", putBack);
    document.addEventListener("freeze", putBack);
    addEventListener("pageshow", (event) => event.persisted && arrive());
    document.addEventListener("resume", arrive);
    arrive();
  };
  // A prerendered page is not in the tab yet.
  if ((document as { prerendering?: boolean }).prerendering) {
    document.addEventListener("prerenderingchange", begin, { once: true });
  } else begin();
}

const script = document.currentScript as HTMLScriptElement | null;
if (script && top === self && !(SHARED in window)) {
  try {
    start(script);
  } catch (error) {
    // Storage or elements forbidden by the browser's settings: the page goes on without us.
    console.warn("Cobrowse does not run here.", error);
  }
}
