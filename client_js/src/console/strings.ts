// What the console says, in English and German. The keys are the same in both; TypeScript holds that.

import type { EndReason } from "../protocol";
import type { Language } from "../shared/mirrortalk";
import type { DoctorWords } from "./doctor/words";
import { DE } from "./strings.de";
import { EN } from "./strings.en";

export interface Strings {
  doctor: DoctorWords;
  signIn: string;
  signInIntro: string;
  name: string;
  password: string;
  signOut: string;
  /** By the code of an `ApiError`. */
  errors: Readonly<Record<string, string>>;
  unreachableTitle: string;
  unreachableText: string;
  laterTitle: string;
  later(seconds: number): string;
  tooMany(seconds: number): string;
  homeTitle: string;
  homeIntro: string;
  site: string;
  newSession: string;
  noSites: string;
  retry: string;
  loading: string;
  codeTitle: string;
  codeHow: string;
  codeSay(spoken: string): string;
  codeExpires(clock: string): string;
  codeExpired: string;
  codeLost: string;
  codeWhere(site: string): string;
  cancel: string;
  joiningTitle: string;
  joiningIntro: string;
  digitsLabel: string;
  digitsSubmit: string;
  digitsWrong: string;
  digitsLastTry: string;
  digitsProof: string;
  stepDigits: string;
  stepDigitsDone: string;
  stepConsent: string;
  stepConsentDone: string;
  mirrorTitle: string;
  address: string;
  addressHint: string;
  /** In place of the address while nothing is shown. */
  addressUnknown: string;
  back: string;
  forward: string;
  reload: string;
  tools: string;
  toolPoint: string;
  toolHighlight: string;
  toolControl: string;
  toolClear: string;
  requestControl: string;
  controlAsked: string;
  controlOn: string;
  giveBack: string;
  controlDenied: string;
  askedTooSoon(seconds: number): string;
  declinedForGood: string;
  controlNotOffered: string;
  endSession: string;
  endFailed: string;
  history: string;
  historyEmpty: string;
  acts: Readonly<Record<string, string>>;
  actStates: Readonly<Record<string, string>>;
  /** By the reason of a refused act. */
  reasons: Readonly<Record<string, string>>;
  reasonUnknown(code: string): string;
  states: Readonly<Record<string, string>>;
  reconnecting: string;
  hubLost: string;
  connecting: string;
  endedTitle: string;
  ended: Readonly<Record<EndReason, string>>;
  endedNothingKept: string;
  faults: Readonly<Record<string, { title: string; text: string }>>;
  takeOver: string;
  backToStart: string;
  with(site: string): string;
}

export const STRINGS: Readonly<Record<Language, Strings>> = { en: EN, de: DE };
