// Codes as the hub makes them: digits, the last a check digit by Damm's quasigroup (H. M. Damm, 2004), shown in threes.

const QUASIGROUP = [
  "0317598642",
  "7092154863",
  "4206871359",
  "1750983426",
  "6123045978",
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
];
const MIN_DIGITS = 9;
const MAX_DIGITS = 12;

/** Only the digits of what was typed or pasted. */
export const digitsOf = (text: string): string => text.replace(/\D/g, "");

/** In threes, as it is read out. */
export const grouped = (digits: string): string => digits.replace(/(\d{3})(?=\d)/g, "$1 ");

/** The code's digits, or "" where it cannot be one: wrong length, foreign characters, or the check digit is wrong. */
export function normalise(text: string): string {
  const digits = text.replace(/[\s\-\u2010-\u2015]/g, "");
  if (!new RegExp(`^[0-9]{${MIN_DIGITS},${MAX_DIGITS}}$`).test(digits)) return "";
  let interim = 0;
  for (const digit of digits) interim = Number(QUASIGROUP[interim]?.[Number(digit)]);
  return interim === 0 ? digits : "";
}
