// What a scanned or typed text is, judged here before anything is asked of anybody.
//
// A voucher's text is exactly HTTPS://HOST/V/ and 143 characters, or YL1: and 134. Anything else is
// refused without a request, and nothing read is ever opened: a pasted-over code leads nowhere.

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BASE32 = /^[A-Z2-7]{143}$/;
const BASE45 = /^[0-9A-Z $%*+\-./:]{134}$/;
const LONGEST = 512;

// Give {code} to ask the server about, or {word} why not.
export function readScanned(text, host) {
  if (text.length > LONGEST) {
    return { word: "not_ours" };
  }
  const trimmed = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  const plain = trimmed.replace(/^\ufeff+/, "");
  const version = /^YL(\d+):/.exec(plain);
  if (version) {
    if (version[1] !== "1") {
      return { word: "version" };
    }
    return plain === trimmed && BASE45.test(plain.slice(4)) ? { code: trimmed } : { word: "damaged" };
  }
  const start = `https://${host}`.toLowerCase();
  if (plain.slice(0, start.length).toLowerCase() !== start || plain.slice(start.length, start.length + 3) !== "/V/") {
    return { word: "not_ours" };
  }
  const token = plain.slice(start.length + 3);
  if (plain === trimmed && BASE32.test(token)) {
    return { code: trimmed };
  }
  return { word: /[/?#]/.test(token) ? "not_ours" : "damaged" };
}

// A typed code as it was meant: case, dashes and blanks do not matter, nor I, L and O.
function tidy(text) {
  return text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[-\s\u2010-\u2014]/g, "")
    .replace(/[IL]/g, "1")
    .replace(/O/g, "0");
}

// Read a typed code: 13 characters and 2 that check them, the value modulo 1021.
export function readTyped(text) {
  const code = tidy(text);
  // The first character carries the top 4 of 64 bits, so it is at most F.
  if (code.length !== 15 || LETTERS.indexOf(code[0]) > 15 || [...code].some((letter) => !LETTERS.includes(letter))) {
    return { word: "typo" };
  }
  let rest = 0;
  for (const letter of code.slice(0, 13)) {
    rest = (rest * 32 + LETTERS.indexOf(letter)) % 1021;
  }
  const check = LETTERS.indexOf(code[13]) * 32 + LETTERS.indexOf(code[14]);
  return rest === check ? { code } : { word: "typo" };
}

// Tell what a gun or a hand meant: fifteen letters are a typed code, everything else was scanned.
export const isTyped = (text) => /^[0-9A-Z]{15}$/.test(tidy(text));
