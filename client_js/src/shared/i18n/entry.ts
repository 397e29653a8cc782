// What the code entry says.
import { language } from "./language";
import { wait } from "./wait";

const en = {
  label: "Code from the support agent",
  hint: "Nine digits or more. Spaces don’t matter.",
  submit: "Connect",
  busy: "Connecting …",
  done: "Connected. Please answer the question on this page.",
  close: "Close",
  mistyped: "That is not a complete code, or a digit is wrong. Please compare it with what the agent reads out.",
  invalid: "This code is not valid, has expired or was already used. Please ask the agent for a new one.",
  tooMany: (seconds: number) => `Too many tries. Please wait ${wait(seconds, "second", "minute", "s")} and try again.`,
  later: (seconds: number) =>
    `The support service cannot check codes just now. Please try again in ${wait(seconds, "second", "minute", "s")}; the code stays valid.`,
  away: "The support service cannot be reached. Please check your connection and try again; the code stays valid.",
  site: "This page is not set up for support sessions. Please tell the agent.",
  title: (site: string) => `Get help with ${site}`,
  intro: "Type the code that the support agent reads to you on the phone. Only do so if you called them.",
  unknownTitle: "This address leads nowhere",
  unknown: "No website has its code entry here. Please compare the address with what the agent told you.",
  next: "You then see the start page and are asked before anything is shown.",
};

const de: typeof en = {
  label: "Code vom Support",
  hint: "Mindestens neun Ziffern. Leerzeichen sind egal.",
  submit: "Verbinden",
  busy: "Verbindung wird aufgebaut …",
  done: "Verbunden. Bitte beantworten Sie die Frage auf dieser Seite.",
  close: "Schließen",
  mistyped: "Der Code ist unvollständig, oder eine Ziffer stimmt nicht. Bitte vergleichen Sie ihn mit der Ansage.",
  invalid: "Dieser Code ist ungültig, abgelaufen oder schon benutzt. Bitte lassen Sie sich einen neuen geben.",
  tooMany: (seconds) =>
    `Zu viele Versuche. Bitte warten Sie ${wait(seconds, "Sekunde", "Minute", "n")} und versuchen Sie es noch einmal.`,
  later: (seconds) =>
    `Der Support kann Codes gerade nicht prüfen. Bitte versuchen Sie es in ${wait(seconds, "Sekunde", "Minute", "n")} noch einmal; der Code bleibt gültig.`,
  away: "Der Support ist nicht erreichbar. Bitte prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal; der Code bleibt gültig.",
  site: "Diese Seite ist nicht für Support-Sitzungen eingerichtet. Bitte sagen Sie es dem Support.",
  title: (site) => `Hilfe zu ${site}`,
  intro:
    "Geben Sie den Code ein, den Ihnen der Support am Telefon vorliest. Tun Sie das nur, wenn Sie selbst angerufen haben.",
  unknownTitle: "Diese Adresse führt ins Leere",
  unknown: "Hier gibt es keine Website, für die ein Code gilt. Bitte vergleichen Sie die Adresse mit der Ansage.",
  next: "Danach sehen Sie die Startseite und werden gefragt, bevor etwas gezeigt wird.",
};

export const entryTexts = (): typeof en => (language() === "de" ? de : en);
