// What the mirror page itself says, in English and German.

import type { Language } from "../shared/mirrortalk";

export interface MirrorWords {
  /** The label of a placeholder, by its reason and the element it stands for. */
  placeholder(reason: string, tag: string): string;
  surface: string;
  /** What stands where a picture did not come, by the reason and by what the server answered (or 0). */
  missing(reason: string, status: number): string;
}

type Reasons = Readonly<Record<string, string>>;

const EN: Reasons = {
  frame: "Frame from another page: not shared",
  video: "Video: not shared",
  audio: "Audio: not shared",
  canvas: "Drawing: not shared",
  embed: "Embedded content: not shared",
  foreign: "Content of another kind: not shared",
  blocked: "Not shared by this site",
  custom: "Not shared",
  hidden: "Hidden by this site",
};

const DE: Reasons = {
  frame: "Rahmen einer anderen Seite: nicht geteilt",
  video: "Video: nicht geteilt",
  audio: "Ton: nicht geteilt",
  canvas: "Zeichnung: nicht geteilt",
  embed: "Eingebetteter Inhalt: nicht geteilt",
  foreign: "Inhalt anderer Art: nicht geteilt",
  blocked: "Von dieser Website nicht geteilt",
  custom: "Nicht geteilt",
  hidden: "Von dieser Website verborgen",
};

const EN_MISSING: Reasons = {
  failed: "the page could not read it",
  status: "the website's server answered #",
  no_store: "the website asks that nobody keeps it",
  too_big: "it is too large",
  other_origin: "it is from another website, which is not listed",
  not_loaded: "the customer's page has not loaded it",
  wrong_type: "it is not served as a picture",
  asset_type: "it is not a picture of a known kind",
  csp: "the website's security policy forbids to read it",
  gone: "the customer's page has gone on",
  not_public: "its server has no public address",
  bad_redirect: "its server sends on to elsewhere",
  unreachable: "its server cannot be reached",
  asset_timeout: "it did not come in time",
  too_much: "too much was asked for at once",
};

const DE_MISSING: Reasons = {
  failed: "die Seite konnte es nicht lesen",
  status: "der Server der Website antwortete #",
  no_store: "die Website möchte, dass es niemand aufbewahrt",
  too_big: "es ist zu groß",
  other_origin: "es ist von einer anderen Website, die nicht eingetragen ist",
  not_loaded: "die Seite der Kundschaft hat es nicht geladen",
  wrong_type: "es wird nicht als Bild ausgeliefert",
  asset_type: "es ist kein Bild einer bekannten Art",
  csp: "die Sicherheitsregeln der Website verbieten, es zu lesen",
  gone: "die Seite der Kundschaft ist schon weiter",
  not_public: "sein Server hat keine öffentliche Adresse",
  bad_redirect: "sein Server schickt anderswohin weiter",
  unreachable: "sein Server ist nicht erreichbar",
  asset_timeout: "es kam nicht rechtzeitig",
  too_much: "es wurde zu viel auf einmal verlangt",
};

/** Codes that say the same to a person. */
const SAME: Reasons = { asset_too_large: "too_big", not_taken: "too_much", asset_busy: "too_much" };

type Rest = { surface: string; noPicture: string };

function words(reasons: Reasons, missing: Reasons, { surface, noPicture }: Rest): MirrorWords {
  const said = new Map(Object.entries(reasons));
  const why = new Map(Object.entries(missing));
  const same = new Map(Object.entries(SAME));
  return {
    surface,
    placeholder: (reason) => said.get(reason) ?? said.get("custom") ?? "",
    missing(code, status) {
      const reason = code === "failed" && status >= 400 ? "status" : (same.get(code) ?? code);
      const sentence = why.get(reason)?.replace("#", String(status));
      return sentence ? `${noPicture}: ${sentence}` : noPicture;
    },
  };
}

export const WORDS: Readonly<Record<Language, MirrorWords>> = {
  en: words(EN, EN_MISSING, {
    surface: "The customer's page. Arrow keys move your pointer, Enter uses it, Escape takes it away.",
    noPicture: "Picture not shared",
  }),
  de: words(DE, DE_MISSING, {
    surface:
      "Die Seite der Kundin oder des Kunden. Pfeiltasten bewegen Ihren Zeiger, Enter nutzt ihn, Escape nimmt ihn weg.",
    noPicture: "Bild nicht geteilt",
  }),
};
