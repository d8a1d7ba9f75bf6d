// A scanner gun is a keyboard that types a whole code in a blink and ends with Enter.
//
// Its text is put together from the keys themselves (KeyboardEvent.code), not from what arrives in a
// field: with a Chinese input method on, the same keys would become syllables, lost or doubled.

const PAUSE_MS = 150; // a longer pause begins a new text
const FAST_MS = 60; // more a key on average is a person
const SHORTEST = 8;

const PLAIN = {
  Minus: "-", Equal: "=", Slash: "/", Period: ".", Semicolon: ";", Quote: "'", Comma: ",", Space: " ",
  BracketLeft: "[", BracketRight: "]", Backslash: "\\", Backquote: "`",
  NumpadDivide: "/", NumpadMultiply: "*", NumpadSubtract: "-", NumpadAdd: "+", NumpadDecimal: ".",
};
const SHIFTED = {
  Minus: "_", Equal: "+", Slash: "?", Period: ">", Semicolon: ":", Quote: '"', Comma: "<", Space: " ",
  BracketLeft: "{", BracketRight: "}", Backslash: "|", Backquote: "~",
};
const SHIFTED_DIGITS = ")!@#$%^&*(";

function readKey(event) {
  const { code, shiftKey } = event;
  const capsLock = event.getModifierState && event.getModifierState("CapsLock");
  if (/^Key[A-Z]$/.test(code)) {
    return Boolean(shiftKey) !== Boolean(capsLock) ? code[3] : code[3].toLowerCase();
  }
  if (/^Digit\d$/.test(code)) {
    return shiftKey ? SHIFTED_DIGITS[Number(code[5])] : code[5];
  }
  if (/^Numpad\d$/.test(code)) {
    return code[6];
  }
  if (shiftKey && SHIFTED[code]) {
    return SHIFTED[code];
  }
  // Some phones name no key of a gun; what it means is then all there is.
  return PLAIN[code] || (!code && event.key.length === 1 ? event.key : "");
}

// Codes are all capitals. All small while CapsLock is on: the gun did not know of it.
function tidy(text, capsLock) {
  const plain = text.normalize("NFKC");
  return capsLock && /[a-z]/.test(plain) && !/[A-Z]/.test(plain) ? plain.toUpperCase() : plain;
}

const isField = (element) => element && /^(INPUT|TEXTAREA)$/.test(element.tagName);

// Call `take` with every text a gun types anywhere on the page.
export function listenToGun(take) {
  let text = "";
  let began = 0;
  let last = 0;
  let field = null;
  let before = "";
  let wasComposing = false;

  function begin(now) {
    text = "";
    began = now;
    wasComposing = false;
    field = isField(document.activeElement) ? document.activeElement : null;
    before = field ? field.value : "";
  }

  // What the gun left in a field is taken out again, also what an input method commits on leaving.
  function restore() {
    if (!field) {
      return;
    }
    const [changed, value] = [field, before];
    const put = () => (changed.value = value);
    if (wasComposing) {
      changed.addEventListener("compositionend", put, { once: true });
      setTimeout(() => changed.removeEventListener("compositionend", put), PAUSE_MS);
    }
    changed.blur();
    put();
  }

  function finish(event, now) {
    const isGun = text.length >= SHORTEST && (now - began) / text.length < FAST_MS;
    if (isGun) {
      event.preventDefault();
      event.stopImmediatePropagation();
      restore();
      take(tidy(text, event.getModifierState("CapsLock")));
    }
    text = "";
    last = 0;
  }

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) {
        return;
      }
      const now = event.timeStamp;
      if (event.code === "Enter" || event.code === "NumpadEnter" || event.key === "Enter") {
        finish(event, now);
        return;
      }
      const letter = readKey(event);
      if (!letter) {
        return;
      }
      if (!last || now - last > PAUSE_MS) {
        begin(now);
      }
      last = now;
      text += letter;
      wasComposing = wasComposing || event.isComposing || event.key === "Process";
      // Outside fields a gun's blank would press the button that has the focus.
      if (text.length > 2 && !field) {
        event.preventDefault();
      }
    },
    true,
  );
}
