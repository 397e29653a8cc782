import type { AssetGroup } from "./assets";
import { counted, type DoctorWords, type Said } from "./words";

type Values = Readonly<Record<string, string | number>>;

const KINDS = {
  image: ["Bild", "Bilder"],
  font: ["Schrift", "Schriften"],
  style: ["Stylesheet", "Stylesheets"],
} as const;

const HELD = {
  frame: ["Rahmen einer anderen Seite", "Rahmen anderer Seiten"],
  video: ["Video", "Videos"],
  audio: ["Ton", "Töne"],
  canvas: ["Zeichnung", "Zeichnungen"],
  embed: ["eingebetteter Teil", "eingebettete Teile"],
  foreign: ["Teil anderer Art", "Teile anderer Art"],
  blocked: ["von der Website gesperrter Teil", "von der Website gesperrte Teile"],
  hidden: ["von der Website verborgener Teil", "von der Website verborgene Teile"],
  custom: ["anderer Teil", "andere Teile"],
  tainted: ["Zeichnung mit Bildern einer anderen Website", "Zeichnungen mit Bildern einer anderen Website"],
} as const;

const ASSETS: Readonly<Record<AssetGroup, readonly [text: string, todo: string]>> = {
  other_origin: [
    "Sie liegen unter einer anderen Adresse, die der Hub nicht fragen darf.",
    "Wer den Hub betreibt, kann diese Adresse unter asset_origins eintragen.",
  ],
  server: [
    "Der Server der Website gibt sie nicht heraus.",
    "Ihr Gegenüber sieht sie vermutlich auch nicht; das Team der Website kann nachsehen.",
  ],
  not_loaded: [
    "Die Seite hat sie selbst noch nicht geladen, deshalb wird nicht danach gefragt.",
    "Sie kommen, sobald die Seite sie lädt, oft erst beim Blättern.",
  ],
  no_store: ["Die Website verbietet, sie aufzuheben.", "Das schützt sie; Ihr Gegenüber sieht sie."],
  too_big: ["Sie sind größer als 5 MB.", "Ihr Gegenüber sieht sie; das Team der Website kann sie verkleinern."],
  csp: [
    "Die Sicherheitsrichtlinie (CSP) der Website verbietet, sie zu lesen.",
    "Das Team der Website kann 'self' in connect-src aufnehmen.",
  ],
  type: [
    "Sie sind nicht, was ein Bild, eine Schrift oder ein Stylesheet sein muss.",
    "Ihr Gegenüber sieht sie vielleicht; das Team der Website kann nachsehen.",
  ],
  network: ["Sie kamen nicht rechtzeitig.", "Wenn es wichtig ist, lassen Sie die Seite neu laden."],
  hub: ["Der Hub konnte sie nicht bringen.", "Mit dem nächsten Bild wird wieder danach gefragt."],
};

const PACE: Readonly<Record<string, string>> = {
  busy: "weil sie sich schneller ändert, als man ihr folgen kann, ohne sie zu bremsen",
  too_big: "weil sie größer ist, als ein Spiegel sein kann",
  refused: "weil Teile davon immer wieder abgelehnt wurden",
  part_missing: "weil ein Teil des Snippets nicht geladen werden konnte",
};

const said = (title: string, text: string, todo: string) => (): Said => ({ title, text, todo });
const why = (values: Values): string => {
  const reason = PACE[String(values.why)];
  return reason === undefined ? "" : `, ${reason}`;
};
const seconds = (ms: unknown): string => `${(Number(ms) / 1000).toFixed(1).replace(".", ",")} s`;

export const DOCTOR_DE: DoctorWords = {
  quality: { good: "Bild: gut", poor: "Bild: mangelhaft", none: "Bild: keins" },
  heading: "Was Sie sehen, und warum",
  nothing: "Nichts fehlt: Sie sehen, was Ihr Gegenüber sieht, bis auf das, was die Website maskiert.",
  weights: { none: "Kein Bild", poor: "Mangelhaftes Bild", note: "Gut zu wissen" },
  details: "Für den Betrieb",
  check: "Bild prüfen",
  checking: "Wird verglichen …",
  compared: {
    same: "Verglichen: Ihr Bild und die Seite sind gleich.",
    differs: "Verglichen: Sie waren verschieden. Ein neues Bild ist angefragt.",
    moving: "Die Seite hält nicht lange genug still für einen Vergleich, oder sie wurde eben erst verglichen.",
    washed: "Nicht verglichen, denn der Hub maskiert Texte dieser Seite. Ein neues Bild ist angefragt.",
    unanswered: "Der Tab Ihres Gegenübers hat nicht geantwortet.",
  },
  copy: "Für ein Ticket kopieren",
  copied: "Kopiert. Es enthält Codes und Zahlen, nichts von der Seite.",
  notCopied: "Kopieren ist hier nicht möglich.",
  measures: (agentMs, customerMs) =>
    `Weg zum Hub und zurück: Sie ${Math.round(agentMs)} ms, Gegenüber ${Math.round(customerMs)} ms.`,
  causes: {
    offline: said(
      "Die Seite ist verborgen",
      "Ihre Verbindung zum Hub ist weg.",
      "Sie kommt von selbst wieder, sobald der Hub erreichbar ist.",
    ),
    away_agent: said(
      "Die geteilte Seite ist gerade nicht da",
      "Ihre eigene Verbindung war weg.",
      "Sie kommt von selbst wieder.",
    ),
    old_snippet: said(
      "Die geteilte Seite ist veraltet",
      "Sie trägt eine andere Version von Cobrowse als dieser Hub.",
      "Lassen Sie die Seite neu laden, dann geht die Sitzung weiter. Hilft das nicht, hält die Website eine alte Version fest.",
    ),
    paused: said(
      "Ihr Gegenüber hat unterbrochen",
      "Sie sehen nichts, bis es weitergeht.",
      "Das ist jederzeit möglich.",
    ),
    navigating: said(
      "Die geteilte Seite ist gerade nicht da",
      "Dort wird eine andere Seite geöffnet.",
      "Gehört sie zur Website, kommt sie von selbst; wenn nicht, bitten Sie darum, zurückzugehen.",
    ),
    customer_offline: said(
      "Die geteilte Seite ist gerade nicht da",
      "Die Verbindung Ihres Gegenübers ist weg.",
      "Sie kommt von selbst wieder.",
    ),
    asleep: said(
      "Die geteilte Seite ist gerade nicht da",
      "Der Tab schläft oder der Bildschirm ist aus.",
      "Es geht weiter, sobald der Tab wieder vorn ist.",
    ),
    other_origin: said(
      "Die geteilte Seite ist gerade nicht da",
      "Ihr Gegenüber ist auf einer anderen Website, die nicht geteilt wird.",
      "Danach geht es weiter.",
    ),
    other_path: said(
      "Die geteilte Seite ist gerade nicht da",
      "Ihr Gegenüber ist auf einer Seite, die privat bleibt.",
      "Danach geht es weiter.",
    ),
    not_seated: said(
      "Der Tab hat sich nicht verbunden",
      "Der Code wurde angenommen, aber die Verbindung des Tabs kam nicht. Vermutlich sperrt sie die Sicherheitsrichtlinie (CSP) der Website oder ein Proxy.",
      "Lassen Sie die Seite neu laden und einen neuen Code eingeben. Kommt es wieder vor, muss die Website die wss://-Adresse des Hubs in connect-src erlauben.",
    ),
    mirror_unreachable: ({ origin }) => ({
      title: "Der Spiegel ist nicht erreichbar",
      text: `Die Seite, die das Bild zeichnet, kam von ${origin} nicht an.`,
      todo: "Wer den Hub betreibt, kann helfen: Ihr Browser muss diese Adresse erreichen können.",
    }),
    mirror_hangs: said(
      "Der Spiegel antwortet nicht",
      "Die Seite ist vielleicht mehr, als dieser Browser zeichnen kann.",
      "Sie kommt von selbst wieder; beenden können Sie jederzeit.",
    ),
    capture_failed: said(
      "Die Seite ließ sich nicht lesen",
      "Das Snippet stieß auf einen Fehler und hat die Sitzung angehalten, damit nichts Falsches gezeigt wird.",
      "Bitten Sie darum, „Weiter“ zu drücken oder eine andere Seite zu öffnen.",
    ),
    banner_lost: said(
      "Die Sitzung hat sich selbst angehalten",
      "Etwas auf der Seite verdeckte die Bedienleiste Ihres Gegenübers.",
      "Bitten Sie darum, „Weiter“ zu drücken, sobald die Leiste zu sehen ist.",
    ),
    csp_script: said(
      "Die Website sperrt einen Teil von Cobrowse",
      "Ihre Sicherheitsrichtlinie (CSP) verbietet ein Skript des Hubs.",
      "Das Team der Website muss die Adresse des Hubs in script-src aufnehmen.",
    ),
    part_missing: said(
      "Ein Teil von Cobrowse wurde nicht geladen",
      "Der Browser Ihres Gegenübers bekam ein Skript des Hubs nicht.",
      "Er versucht es von selbst wieder. Bleibt es dabei, lassen Sie die Seite neu laden.",
    ),
    frames_refused: ({ by, count }) => ({
      title: "Teile der Seite wurden abgelehnt",
      text: `${by === "hub" ? "Der Hub" : "Der Spiegel"} hat ${count === 1 ? "1 Teil" : `${count} Teile`} abgelehnt, weil sie den Regeln nicht entsprachen.`,
      todo: "Ein neues Bild wird von selbst angefragt. Bleibt es dabei, geht vielleicht eine andere Seite; bitte melden Sie es.",
    }),
    waiting: said(
      "Das Bild ist noch nicht da",
      "Die Sitzung läuft, aber bisher kam nichts. Vermutlich ist die Seite sehr groß oder eine Verbindung langsam.",
      "Es wird von selbst wieder angefragt. Fragen Sie, ob die Seite selbst geladen ist.",
    ),
    page_blank: said(
      "Die geteilte Seite ist leer",
      "Gerade steht darauf kein Text und kein Bild.",
      "Vermutlich lädt sie noch. Fragen Sie, was dort zu sehen ist.",
    ),
    address_only: (values) => ({
      title: "Nur die Adresse wird gezeigt",
      text: `Diese Seite lässt sich nicht spiegeln${why(values)}.`,
      todo: "Führen Sie mit Worten. Das Bild kommt wieder, wenn die Seite zur Ruhe kommt oder eine andere aufgeht.",
    }),
    outline: (values) => ({
      title: "Gezeigt wird ein Gerüst",
      text: `Sie sehen Überschriften, Links und Bedienelemente, nicht die Seite, wie sie aussieht${why(values)}.`,
      todo: "Zeigen und Klicken gehen. Das ganze Bild kommt wieder, wenn die Seite zur Ruhe kommt.",
    }),
    slower: (values) => ({
      title: "Das Bild kommt langsamer",
      text: `Die Seite wird seltener nachgezeichnet${why(values)}.`,
      todo: "Es wird von selbst schneller, wenn die Seite zur Ruhe kommt.",
    }),
    tab_silent: said(
      "Der Tab Ihres Gegenübers antwortet nicht",
      "Vermutlich ist die Seite beschäftigt, oder die Verbindung steht still. Was Sie sehen, kann alt sein.",
      "Warten Sie einen Moment. Bleibt es dabei, fragen Sie, ob die Seite noch reagiert.",
    ),
    csp_self: said(
      "Bilder, Schriften oder Gestaltung fehlen",
      "Die Sicherheitsrichtlinie (CSP) der Website verbietet der Seite, ihre eigenen Dateien für Sie zu lesen.",
      "Das Team der Website muss 'self' in connect-src aufnehmen. Bis dahin bleibt das Bild schlicht.",
    ),
    csp_connect: said(
      "Bilder, Schriften oder Gestaltung fehlen",
      "Die Sicherheitsrichtlinie (CSP) der Website verbietet, sie an den Hub zu schicken.",
      "Das Team der Website muss die https://-Adresse des Hubs in connect-src aufnehmen.",
    ),
    csp_style: said(
      "Die Website sperrt einen Teil von Cobrowse",
      "Ihre Sicherheitsrichtlinie (CSP) verbietet etwas, das das Snippet braucht.",
      "Das Team der Website kann seine Richtlinie mit der Tabelle in der Anleitung vergleichen.",
    ),
    assets: (values) => {
      const [text, todo] = ASSETS[values.group as AssetGroup];
      return { title: `Es fehlen: ${counted(values, KINDS)}`, text, todo };
    },
    differs: said(
      "Das Bild war falsch",
      "Ihr Bild und die Seite wurden verglichen und waren verschieden.",
      "Ein neues Bild ist angefragt. Bitte melden Sie es.",
    ),
    slow_agent: ({ ms }) => ({
      title: "Ihre Verbindung ist langsam",
      text: `Der Hub antwortet Ihnen nach ${seconds(ms)}, deshalb sehen Sie alles spät.`,
      todo: "Prüfen Sie Ihr Netz: VPN, WLAN, Downloads.",
    }),
    slow_customer: ({ ms }) => ({
      title: "Die Verbindung Ihres Gegenübers ist langsam",
      text: `Der Tab antwortet nach ${seconds(ms)}, deshalb sehen Sie alles spät.`,
      todo: "Gehen Sie langsam vor, und fragen Sie, was zu sehen ist, bevor Sie weitermachen.",
    }),
    behind: ({ ms }) => ({
      title: "Das Bild hinkt nach",
      text: `Der Tab wartet seit ${seconds(ms)} darauf, senden zu dürfen: Was vorher kam, ist noch nicht durch.`,
      todo: "Es holt von selbst auf. Bleibt es dabei, ist vermutlich Ihre Verbindung die enge Stelle.",
    }),
    masked: ({ share }) => ({
      title: "Die meisten Texte sind maskiert",
      text: `Die Website maskiert ${share} % der Texte auf dieser Seite.`,
      todo: "Das ist so gewollt. Verbirgt es zu viel, kann das Team der Website eintragen, was gezeigt werden darf.",
    }),
    private: ({ share }) => ({
      title: "Diese Website ist privat",
      text: `Sie maskiert alle Texte, die sie nicht eigens freigibt; auf dieser Seite ${share} %.`,
      todo: "Das ist so gewollt. Lassen Sie sich vorlesen, was Sie brauchen.",
    }),
    placeholders: (values) => ({
      title: "Manche Teile werden nie geteilt",
      text: `Graue Kästen stehen für: ${counted(values, HELD)}.`,
      todo: "Ihr Gegenüber sieht sie; fragen Sie, was darin steht.",
    }),
    hidden: said(
      "Ihr Gegenüber schaut auf einen anderen Tab",
      "Der geteilte Tab liegt hinter einem anderen Tab oder Fenster.",
      "Was Sie sehen, kann älter sein als sonst.",
    ),
    washed: ({ count }) => ({
      title: "Der Hub hat Texte maskiert",
      text: `${count === 1 ? "1 Text sah" : `${count} Texte sahen`} aus wie eine Karten- oder Kontonummer.`,
      todo: "Die Maskierung der Website hat sie vergessen; das Team der Website sollte es wissen.",
    }),
  },
};
