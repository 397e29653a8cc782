import type { AssetGroup } from "./assets";
import { counted, type DoctorWords, type Said } from "./words";

type Values = Readonly<Record<string, string | number>>;

const KINDS = {
  image: ["picture", "pictures"],
  font: ["font", "fonts"],
  style: ["stylesheet", "stylesheets"],
} as const;

const HELD = {
  frame: ["frame of another page", "frames of other pages"],
  video: ["video", "videos"],
  audio: ["sound", "sounds"],
  canvas: ["drawing", "drawings"],
  embed: ["embedded part", "embedded parts"],
  foreign: ["part of another kind", "parts of another kind"],
  blocked: ["part blocked by the site", "parts blocked by the site"],
  hidden: ["part hidden by the site", "parts hidden by the site"],
  custom: ["other part", "other parts"],
  tainted: ["drawing with pictures of another site", "drawings with pictures of another site"],
} as const;

const ASSETS: Readonly<Record<AssetGroup, readonly [text: string, todo: string]>> = {
  other_origin: [
    "They are on another address that the hub may not ask.",
    "Whoever runs the hub can list that address under asset_origins.",
  ],
  server: [
    "The site's server does not give them.",
    "The caller probably does not see them either; the site's team can look.",
  ],
  not_loaded: [
    "The customer's page has not loaded them itself, so they are not asked for.",
    "They come when the page loads them, often after scrolling.",
  ],
  no_store: ["The site says that they may not be kept.", "That protects them; the caller sees them."],
  too_big: ["They are larger than 5 MB.", "The caller sees them; the site's team can make them smaller."],
  csp: ["The site's own policy (CSP) forbids reading them.", "The site's team can add 'self' to connect-src."],
  type: [
    "They are not what a picture, font or stylesheet must be.",
    "The caller may see them; the site's team can look.",
  ],
  network: ["They did not come in time.", "Reload the customer's page if it matters."],
  hub: ["The hub could not bring them.", "They are asked for again with the next picture."],
};

const PACE: Readonly<Record<string, string>> = {
  busy: "because it changes more than can be followed without slowing it down",
  too_big: "because it is larger than a mirror can be",
  refused: "because parts of it were refused again and again",
  part_missing: "because a part of the snippet could not be loaded",
};

const said = (title: string, text: string, todo: string) => (): Said => ({ title, text, todo });
const why = (values: Values): string => {
  const reason = PACE[String(values.why)];
  return reason === undefined ? "" : `, ${reason}`;
};
const seconds = (ms: unknown): string => `${(Number(ms) / 1000).toFixed(1)} s`;

export const DOCTOR_EN: DoctorWords = {
  quality: { good: "Picture: good", poor: "Picture: poor", none: "Picture: none" },
  heading: "What you see, and why",
  nothing: "Nothing is amiss: you see what the customer sees, but for what the site masks.",
  weights: { none: "No picture", poor: "Poor picture", note: "Good to know" },
  details: "For whoever runs the hub",
  check: "Check the picture",
  checking: "Comparing …",
  compared: {
    same: "Compared: your picture and the customer's page are the same.",
    differs: "Compared: they differed. A new picture was asked for.",
    moving: "The page does not hold still long enough to be compared, or was compared a moment ago.",
    washed: "Not compared, since the hub masks texts of this page. A new picture was asked for.",
    unanswered: "The customer's tab gave no answer.",
  },
  copy: "Copy for a ticket",
  copied: "Copied. It holds codes and numbers, nothing of the page.",
  notCopied: "Copying is not possible here.",
  measures: (agentMs, customerMs) =>
    `Way to the hub and back: you ${Math.round(agentMs)} ms, customer ${Math.round(customerMs)} ms.`,
  causes: {
    offline: said(
      "The page is hidden",
      "Your connection to the hub is lost.",
      "It comes back by itself when the hub can be reached again.",
    ),
    away_agent: said("The customer's page is away", "Your own connection was lost.", "It comes back by itself."),
    old_snippet: said(
      "The customer's page is out of date",
      "It carries another version of Cobrowse than this hub.",
      "Ask the caller to reload the page: the session then goes on. If it stays, the site pins an old version.",
    ),
    paused: said("The customer paused", "You see nothing until they go on.", "They can do so at any time."),
    navigating: said(
      "The customer's page is away",
      "They are opening another page.",
      "A page of the site comes back by itself; if they landed elsewhere, ask them to go back.",
    ),
    customer_offline: said(
      "The customer's page is away",
      "Their connection is lost.",
      "It comes back by itself when they are online again.",
    ),
    asleep: said(
      "The customer's page is away",
      "Their tab is asleep or their screen is off.",
      "It comes back when they return to the tab.",
    ),
    other_origin: said(
      "The customer's page is away",
      "They are on another site, which is not shared.",
      "It comes back when they return.",
    ),
    other_path: said(
      "The customer's page is away",
      "They are on a page that the site keeps private.",
      "It comes back when they leave it.",
    ),
    not_seated: said(
      "The customer's tab has not connected",
      "The code was accepted, but the tab's connection did not come. Probably the site's policy (CSP) or a proxy blocks it.",
      "Ask the caller to reload the page and type a new code. If it happens again, the site must allow the hub's wss:// address in connect-src.",
    ),
    mirror_unreachable: ({ origin }) => ({
      title: "The mirror can't be reached",
      text: `The page that draws the picture did not load from ${origin}.`,
      todo: "Whoever runs the hub can help: your browser must be able to reach that address.",
    }),
    mirror_hangs: said(
      "The mirror does not answer",
      "The customer's page may be more than this browser can draw.",
      "It comes back by itself; you can end the session at any time.",
    ),
    capture_failed: said(
      "The customer's page could not be read",
      "The snippet met an error on this page and paused the session, so that nothing wrong is shown.",
      "Ask the caller to press Go on, or to open another page.",
    ),
    banner_lost: said(
      "The session paused itself",
      "Something on the page covered the customer's controls.",
      "Ask the caller to press Go on once they can see the bar.",
    ),
    csp_script: said(
      "The site blocks a part of Cobrowse",
      "The site's policy (CSP) forbids a script of the hub.",
      "The site's team must add the hub's address to script-src.",
    ),
    part_missing: said(
      "A part of Cobrowse did not load",
      "The customer's browser could not get a script from the hub.",
      "It tries again by itself. If it stays, ask the caller to reload the page.",
    ),
    frames_refused: ({ by, count }) => ({
      title: "Parts of the page were refused",
      text: `${by === "hub" ? "The hub" : "The mirror"} refused ${count === 1 ? "1 part" : `${count} parts`} that did not fit the rules.`,
      todo: "A new picture is asked for by itself. If it goes on, another page of the site may work; please report it.",
    }),
    waiting: said(
      "The picture has not come yet",
      "The session is live, but nothing has come so far. Probably the page is very large or a connection is slow.",
      "It is asked for again by itself. Ask the caller whether the page itself is loaded.",
    ),
    page_blank: said(
      "The customer's page is empty",
      "There is no text and no picture on it at the moment.",
      "Probably it is still loading. Ask the caller what they see.",
    ),
    address_only: (values) => ({
      title: "Only the address is shown",
      text: `This page can't be mirrored${why(values)}.`,
      todo: "Talk the caller through it. The picture comes back when the page calms down or another one opens.",
    }),
    outline: (values) => ({
      title: "An outline is shown",
      text: `You see headings, links and controls, not the page as it looks${why(values)}.`,
      todo: "Pointing and clicking work. The full picture comes back when the page calms down.",
    }),
    slower: (values) => ({
      title: "The picture comes more slowly",
      text: `It is brought up to date less often${why(values)}.`,
      todo: "It gets quicker by itself when the page calms down.",
    }),
    tab_silent: said(
      "The customer's tab does not answer",
      "Probably their page is busy, or their connection stands still. What you see may be old.",
      "Wait a moment. If it stays, ask the caller whether the page still reacts.",
    ),
    csp_self: said(
      "Pictures, fonts or styles are missing",
      "The site's own policy (CSP) forbids the page to read its own files for you.",
      "The site's team must add 'self' to connect-src. Until then the picture stays plain.",
    ),
    csp_connect: said(
      "Pictures, fonts or styles are missing",
      "The site's policy (CSP) forbids sending them to the hub.",
      "The site's team must add the hub's https:// address to connect-src.",
    ),
    csp_style: said(
      "The site blocks a part of Cobrowse",
      "The site's policy (CSP) forbids something that the snippet needs.",
      "The site's team can compare its policy with the table in the integration guide.",
    ),
    assets: (values) => {
      const [text, todo] = ASSETS[values.group as AssetGroup];
      return { title: `Missing: ${counted(values, KINDS)}`, text, todo };
    },
    differs: said(
      "The picture was wrong",
      "Your picture and the customer's page were compared and differed.",
      "A new picture was asked for. Please report it.",
    ),
    slow_agent: ({ ms }) => ({
      title: "Your connection is slow",
      text: `The hub answers you after ${seconds(ms)}, so you see everything late.`,
      todo: "Check your network: VPN, Wi-Fi, downloads.",
    }),
    slow_customer: ({ ms }) => ({
      title: "The customer's connection is slow",
      text: `Their tab answers after ${seconds(ms)}, so you see everything late.`,
      todo: "Go slowly, and ask what they see before you go on.",
    }),
    behind: ({ ms }) => ({
      title: "The picture is behind",
      text: `The customer's tab has been waiting to send for ${seconds(ms)}: what comes before is not through yet.`,
      todo: "It catches up by itself. If it stays, your connection is probably the narrow place.",
    }),
    masked: ({ share }) => ({
      title: "Most texts are masked",
      text: `The site masks ${share} % of the texts on this page.`,
      todo: "That is meant to be. If it hides too much, the site's team can list what may be shown.",
    }),
    private: ({ share }) => ({
      title: "This site is private",
      text: `The site masks all texts but those it lists; on this page ${share} %.`,
      todo: "That is meant to be. Ask the caller to read out what you need.",
    }),
    placeholders: (values) => ({
      title: "Some parts are never shared",
      text: `Grey boxes stand for: ${counted(values, HELD)}.`,
      todo: "The caller sees them; ask what is in there.",
    }),
    hidden: said(
      "The customer looks at another tab",
      "Their tab is behind another tab or window.",
      "What you see may be older than usual.",
    ),
    washed: ({ count }) => ({
      title: "The hub masked texts",
      text: `${count === 1 ? "1 text looked" : `${count} texts looked`} like a card or account number.`,
      todo: "The site's masking forgot them; the site's team should know.",
    }),
  },
};
