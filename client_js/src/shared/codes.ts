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

/** Only the digits of what was typed or pasted; full-width ones count as well. */
export const digitsOf = (text: string): string => text.normalize("NFKC").replace(/\D/g, "");

/** In threes, as it is read out; a single digit left over joins the last three. */
export const grouped = (digits: string): string => digits.replace(/(\d{3})(?=\d{2})/g, "$1 ");

/** The code's digits, or "" where it cannot be one: wrong length, foreign characters, or the check digit is wrong. */
export function normalise(text: string): string {
  const digits = text.replace(/[\s\-\u2010-\u2015\u2212\ufe63\uff0d]/g, "");
  if (!new RegExp(`^[0-9]{${MIN_DIGITS},${MAX_DIGITS}}$`).test(digits)) return "";
  let interim = 0;
  for (const digit of digits) interim = Number(QUASIGROUP[interim]?.[Number(digit)]);
  return interim === 0 ? digits : "";
}
