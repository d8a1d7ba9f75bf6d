// The till: scan, choose, confirm, answer. Everything about a voucher lives in this page's memory
// and nowhere else; it is gone with the next one.

import { Camera, readPhoto } from "./camera.js";
import { isTyped, readScanned, readTyped } from "./codes.js";
import { listenToGun } from "./gun.js";
import { $, isAt, say, show, showMoney, showYuan, signal } from "./screens.js";
import { ask, givePin, isUnanswered, makeKey } from "./server.js";
import { setUpToday } from "./today.js";

const { host, scanned } = $("till").dataset;
const QUOTE_PAUSE_MS = 200;
const RETRY_MS = [500, 1000, 2000, 3000];
const TRIES_BEFORE_LEAVING = 4;

let seen = null; // {code, ...what /till/look answered}
let attempt = null; // {key, body}: kept until it is answered, so that it is one deed
let again = null; // what "try again" does
let wantsCamera = false;

const camera = new Camera({ box: $("camera"), video: $("video"), torch: $("torch"), found: takeFrame });
const { showToday, chooseUndo } = setUpToday({ askPin, tell });

// --- scanning

async function openCamera() {
  $("start-camera").disabled = true;
  wantsCamera = await camera.open();
  $("start-camera").disabled = false;
  $("start-camera").hidden = wantsCamera;
  $("scan-note").textContent = say(wantsCamera ? "aim" : "no_camera").textContent;
}

function next() {
  seen = attempt = again = null;
  $("typed-code").value = $("typed-fault").textContent = "";
  $("scan-note").textContent = "";
  $("photo").value = "";
  show("scan");
  if (wantsCamera) {
    openCamera();
  }
}

function takeFrame(texts) {
  camera.pause();
  if (texts.length > 1) {
    judge("two_codes");
  } else {
    take(readScanned(texts[0], host));
  }
}

function takeTyped(text) {
  const read = readTyped(text);
  if (read.word) {
    $("typed-fault").textContent = `${say("typo").textContent}\n${say("typo").dataset.advice}`;
    $("typed-code").focus();
    return;
  }
  take(read);
}

function takeGun(text) {
  // Money under way or a PIN due: the next voucher waits.
  if (!isAt("wait") && !isAt("pin") && !isAt("undo")) {
    take(isTyped(text) ? readTyped(text) : readScanned(text, host));
  }
}

function take({ code, word }) {
  camera.pause();
  if (word) {
    judge(word);
  } else {
    look(code);
  }
}

function judge(word) {
  const said = say(word);
  refuse({ title: said.textContent, advice: said.dataset.advice });
}

async function look(code) {
  seen = attempt = null;
  wait("looking");
  const answer = await ask("/till/look", { code }, { askPin });
  if (answer.status === 200) {
    seen = { code, ...answer.said };
    fillIn();
    return;
  }
  again = () => look(code);
  refuseAnswer(answer, { mayRepeat: isUnanswered(answer) || answer.status === 401 });
}

function wait(what) {
  const title = $("wait-title");
  title.textContent = title.dataset[what];
  $("wait-note").textContent = "";
  $("wait-stop").hidden = true;
  show("wait");
}

// --- choosing

function fillIn() {
  $("choose-title").textContent = `${seen.programme} · ${seen.kind_title}`;
  for (const [id, text] of [["holder", seen.holder], ["left", seen.left], ["valid", seen.valid_to], ["serial", seen.serial]]) {
    $(`seen-${id}`).textContent = text;
  }
  $("services").replaceChildren(...seen.services.map(makeChoice));
  $("uses-field").hidden = seen.kind !== "count";
  $("amount-field").hidden = seen.kind !== "amount";
  $("uses").value = "1";
  $("amount").value = $("other-payer").value = "";
  if (seen.services.length === 1) {
    $("services").querySelector("input").checked = true;
  }
  fillPrice();
  show("choose");
  quote();
}

function makeChoice(service) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  label.className = "till-choice";
  Object.assign(input, { type: "radio", name: "service", value: service.code });
  const price = document.createElement("span");
  price.className = "number";
  price.textContent = showMoney(service.price_fen);
  label.append(input, service.name, price);
  return label;
}

const chosenService = () => {
  const input = $("services").querySelector("input:checked");
  return seen.services.find((service) => input && service.code === input.value);
};

function fillPrice() {
  const service = chosenService();
  const times = seen.kind === "count" ? Math.max(1, Number($("uses").value) || 1) : 1;
  $("price").value = service ? showYuan(service.price_fen * times) : "";
}

function readClaim() {
  const service = chosenService();
  const claim = { code: seen.code, service: service ? service.code : "", price: $("price").value };
  claim.other_payer = $("other-payer").value;
  if (seen.kind === "amount") {
    claim.amount = $("amount").value;
  }
  if (seen.kind === "count") {
    claim.uses = Number($("uses").value.normalize("NFKC"));
    if (!Number.isInteger(claim.uses)) {
      claim.uses = 0;
    }
  }
  return claim;
}

let quoting = 0;

// Ask how the price divides; only the newest question's answer counts.
async function quote() {
  quoting += 1;
  const mine = quoting;
  $("confirm").disabled = true;
  $("quote-amount").textContent = $("quote-own").textContent = "—";
  if (!chosenService()) {
    $("quote-fault").hidden = true;
    return;
  }
  await new Promise((later) => setTimeout(later, QUOTE_PAUSE_MS));
  if (mine !== quoting) {
    return;
  }
  const answer = await ask("/till/quote", readClaim(), { askPin });
  if (mine !== quoting || !seen) {
    return;
  }
  if (isAt("pin")) {
    show("choose");
  }
  $("quote-fault").hidden = answer.status === 200;
  if (answer.status === 200) {
    $("quote-amount").textContent = showMoney(answer.said.amount_fen);
    $("quote-own").textContent = showMoney(answer.said.own_fen);
    $("confirm").disabled = false;
  } else {
    const { title, advice } = explain(answer);
    $("quote-said").textContent = title;
    $("quote-advice").textContent = advice;
    if (isUnanswered(answer)) {
      setTimeout(() => mine === quoting && seen && quote(), 2000);
    }
  }
}

// --- confirming

async function confirm() {
  if (attempt || $("confirm").disabled) {
    return;
  }
  attempt = { key: makeKey(), body: readClaim() };
  wait("confirming");
  const mine = attempt;
  for (let tries = 0; attempt === mine; tries += 1) {
    const answer = await ask("/till/redeem", mine.body, { key: mine.key, askPin });
    if (attempt !== mine) {
      return;
    }
    if (!isUnanswered(answer)) {
      attempt = null;
      finish(answer);
      return;
    }
    if (!isAt("wait")) {
      wait("confirming");
    }
    $("wait-note").textContent = $("wait-note").dataset.retrying;
    $("wait-stop").hidden = tries + 1 < TRIES_BEFORE_LEAVING;
    await new Promise((later) => setTimeout(later, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]));
  }
}

function finish(answer) {
  if (answer.status === 200) {
    tell({ colour: "green", title: say("accepted").textContent, taken: answer.said });
    return;
  }
  again = () => {
    show("choose");
    quote();
  };
  refuseAnswer(answer, { mayChange: answer.status !== 401, mayRepeat: answer.status === 401 });
}

// --- answers

function explain({ status, said }) {
  const own = status === 401 ? say("till") : isUnanswered({ status, said }) && !said.advice ? say(status ? "strange" : "offline") : null;
  return own
    ? { title: own.textContent, advice: own.dataset.advice }
    : { title: said.title || say("strange").textContent, advice: said.advice || "" };
}

function refuseAnswer(answer, more) {
  const isOurs = answer.said.error === "already_yours";
  refuse({ ...explain(answer), ...more, isOurs, isTillUnknown: answer.status === 401 });
}

function refuse({ title, advice, isOurs, ...more }) {
  tell({
    colour: isOurs ? "grey" : "red",
    title: say(isOurs ? "already" : "refused").textContent,
    said: title,
    advice,
    ...more,
  });
}

function tell({ colour, title, said = "", advice = "", taken, mayRepeat, mayChange, isTillUnknown }) {
  camera.pause();
  $("answer").className = `till-answer is-${colour}`;
  $("result-title").textContent = title;
  $("result-said").textContent = said;
  $("result-advice").textContent = advice;
  $("result-parts").hidden = !taken;
  $("result-undo").hidden = !taken;
  $("result-again").hidden = !mayRepeat;
  $("result-back").hidden = !mayChange || !seen;
  $("result-enrol").hidden = !isTillUnknown;
  if (taken) {
    $("result-amount").textContent = showMoney(taken.amount_fen);
    $("result-own").textContent = showMoney(taken.own_fen);
    $("result-receipt").textContent = taken.receipt;
    $("result-undo").onclick = () => chooseUndo(taken);
  }
  show("result");
  signal(colour);
}

// --- the shop PIN, in the middle of anything

let pinGiven = null;

function askPin() {
  if (!pinGiven) {
    let open;
    pinGiven = new Promise((resolve) => (open = resolve));
    pinGiven.open = open;
    $("pin-code").value = $("pin-fault").textContent = "";
    show("pin");
  }
  return pinGiven;
}

$("pin").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await givePin($("pin-code").value);
  $("pin-code").value = "";
  // A wrong one is said here; a till that was stopped meanwhile hears it from what waits.
  if (answer.status === 200 || answer.status === 401) {
    const { open } = pinGiven;
    pinGiven = null;
    open();
  } else {
    $("pin-fault").textContent = explain(answer).title;
    $("pin-code").focus();
  }
});

// --- what the clerk touches

$("start-camera").addEventListener("click", openCamera);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && wantsCamera && isAt("scan")) {
    openCamera();
  }
});
$("photo").addEventListener("change", async () => {
  const [file] = $("photo").files;
  if (!file) {
    return;
  }
  $("scan-note").textContent = say("reading").textContent;
  const texts = await readPhoto(file).catch(() => []);
  $("photo").value = "";
  if (texts.length) {
    takeFrame(texts);
  } else {
    $("scan-note").textContent = say("no_code").textContent;
  }
});
$("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("typed-code").value;
  // Somebody may paste a whole address here.
  if (text.normalize("NFKC").includes(":")) {
    take(readScanned(text, host));
  } else {
    takeTyped(text);
  }
});
$("services").addEventListener("change", () => {
  fillPrice();
  quote();
});
$("uses").addEventListener("input", fillPrice);
$("claim").addEventListener("input", (event) => event.target.name !== "service" && quote());
$("claim").addEventListener("submit", (event) => {
  event.preventDefault();
  confirm();
});
$("result-again").addEventListener("click", () => again());
$("result-back").addEventListener("click", () => again());
$("wait-stop").addEventListener("click", () => {
  attempt = null;
  showToday();
});
for (const button of document.querySelectorAll("[data-next]")) {
  button.addEventListener("click", next);
}
listenToGun(takeGun);

document.body.dataset.at = "scan";
if (scanned) {
  // Used once: a reload begins with an empty page.
  history.replaceState(null, "", "/till/");
  take(readScanned(scanned, host));
}
