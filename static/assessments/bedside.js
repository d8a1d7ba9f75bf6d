// The bedside form: what is answered is kept on the phone at once, and in the system when it can be.

import {
  collect, count, fill, goTo, listClashes, listMissing, listRules, listWrong, markFaults, markNumber, say,
  showSubtotals, unmarkDone,
} from "./answers.js";
import { ask, makeKey, setToken } from "./asking.js";
import { Board } from "./board.js";
import { compare, hideConflict, isSame, isSettling } from "./comparing.js";
import { keepDraft, readDraft, recallAccount, rememberAccount, wipeDraft, wipeOld } from "./keeping.js";

const $ = (id) => document.getElementById(id);
const form = $("form");
const publicId = location.pathname.split("/")[5];
const { scheme, version } = form.dataset;
const place = `/assessments/bedside/people/${publicId}/${scheme}/${version}`;
const prefix = `${scheme}/${publicId}/`;
const PAUSE_MS = 700;
const AGAIN_MS = 10000;

// {account, name, age, knows, revision, fields, dirty, attempt, signKey}: kept sealed on the phone.
let draft = null;
let timer = 0;
let sending = null;
let signing = null;
let writing = Promise.resolve();
const board = new Board($("at-strokes"), () => {
  form.querySelector('[name="signed_how"][value="screen"]').checked ||= board.field.value !== "";
  touch();
});

// --- on the phone

function keep() {
  const now = structuredClone(draft);
  writing = writing.then(() => keepDraft(prefix + now.account, now)).then(
    () => draft && draft.dirty && !sending && showState(navigator.onLine ? "kept" : "offline"),
    () => showState("unkept"));
  return writing;
}

function showState(name) {
  $("kept").textContent = say(name);
}

function touch() {
  draft.fields = collect();
  draft.dirty = true;
  draft.signKey = "";
  keep();
  show();
  clearTimeout(timer);
  timer = setTimeout(send, PAUSE_MS);
}

// --- in the system

// One sending at a time; an answer that was lost is asked for again with the same key and content.
function send() {
  sending ||= push().finally(() => { sending = null; });
  return sending;
}

// Whoever sends now comes to an end first.
const sendSoon = () => (sending || Promise.resolve()).then(send);

async function push() {
  while (draft && draft.dirty && !isSettling() && $("stopped").hidden) {
    const attempt = (draft.attempt ||= { key: makeKey(), revision: draft.revision, fields: draft.fields });
    await keep();
    const { status, said } = await ask(place, attempt);
    if (status !== 200) {
      return refuse(status, said);
    }
    const isLast = JSON.stringify(attempt.fields) === JSON.stringify(draft.fields);
    Object.assign(draft, { revision: said.revision, attempt: null, dirty: !isLast });
    await keep();
    showProposal(said.proposal);
    $("sign-in").hidden = true;
    showState(draft.dirty ? "keeping" : "sent");
  }
}

function refuse(status, said) {
  if (status === 0 || status >= 500) {
    showState("offline");
  } else if (status === 401) {
    askToSignIn();
  } else if (said.error === "csrf" || ["draft_changed", "draft_gone", "draft_signed", "assessed_meanwhile"].includes(said.error)) {
    draft.attempt = null;
    return begin();
  } else {
    stop(said.title || status);
  }
}

function askToSignIn() {
  $("sign-in").hidden = false;
  $("sign-in").querySelector("a").href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
  showState("kept");
}

function stop(sentence) {
  $("stopped").hidden = false;
  $("stopped").querySelector("[data-said]").textContent = sentence;
  $("stopped").querySelector("[data-drop]").hidden = !draft;
  form.hidden = true;
  $("stopped").focus();
}

// --- beginning, or coming back

async function begin() {
  const { status, said: info } = await ask(place);
  if (status === 200) {
    setToken(info.csrf);
    rememberAccount(info.account);
    $("sign-in").hidden = true;
    return meet(info, draft && draft.account === info.account ? draft : await readDraft(prefix + info.account));
  }
  if (status === 401 && !draft) {
    // Whose answers may be shown is not known before somebody signs in.
    askToSignIn();
    return location.assign($("sign-in").querySelector("a").href);
  }
  draft ||= await readDraft(prefix + recallAccount());
  if (!draft) {
    return stop(status === 0 ? say("unknown") : info.title);
  }
  present();
  return refuse(status, info.error === "csrf" ? {} : info);
}

async function meet(info, kept) {
  if (info.draft?.waiting) {
    await writing;
    await wipeDraft(prefix + info.account);
    return location.replace(info.draft.waiting);
  }
  const fresh = {
    account: info.account,
    knows: info.newest?.id || "",
    revision: info.draft?.revision || 0,
    fields: info.draft?.fields || { assessed: [info.today], assessor_1: [info.account_name] },
    dirty: false,
    attempt: null,
    signKey: "",
  };
  draft = { ...(kept?.dirty ? kept : fresh), name: info.name, age: info.age };
  if (kept && info.draft) {
    draft.knows = kept.knows;
  }
  present();
  $("sent-back").hidden = !info.draft?.sent_back;
  $("sent-back").querySelector("[data-said]").textContent = info.draft?.sent_back || "";
  if (info.has_left) {
    return stop(say("left"));
  }
  await keep();
  return settle(info);
}

// What differs between the phone and the system is shown; the person chooses, item by item.
async function settle(info) {
  const theirs = info.draft;
  const isOurs = !theirs || theirs.revision === draft.revision;
  if (draft.dirty && draft.attempt && !isOurs) {
    // Perhaps our own sending whose answer was lost: the same key tells.
    const { status, said } = await ask(place, draft.attempt);
    if (status === 200 && said.revision === theirs.revision) {
      return sendSoon();
    }
    draft.attempt = null;
  }
  if (draft.dirty && !isOurs) {
    const merged = await compare(say("changed"), draft.fields, theirs.fields, form);
    const dirty = !isSame(merged, theirs.fields);
    Object.assign(draft, { fields: merged, revision: theirs.revision, dirty });
  } else if (!theirs && draft.revision) {
    Object.assign(draft, { revision: 0, attempt: null, dirty: true });
  }
  if (info.newest && info.newest.id !== draft.knows) {
    const { day, fields, id } = info.newest;
    const shown = Object.fromEntries(Object.keys(fields).map((name) => [name, draft.fields[name] || []]));
    const merged = await compare(say("newer", { day }), shown, fields, form);
    draft.fields = { ...draft.fields, ...merged };
    Object.assign(draft, { knows: id, dirty: true, signKey: "" });
  }
  hideConflict(form);
  present();
  await keep();
  if (draft.dirty) {
    sendSoon();
  } else {
    showState(draft.revision ? "sent" : "kept");
  }
}

function present() {
  fill(draft.fields, board);
  form.hidden = isSettling();
  document.querySelector("[data-name]").textContent = say("person", draft);
  show();
}

// --- what the answers come to

function show() {
  const { done, all } = count();
  $("answered").textContent = say("answered", { done, all });
  $("next").textContent = say(done < all ? "next" : "toSign");
  showSubtotals();
  list("rules", listRules());
  list("clashes", listClashes());
  $("no-rules").hidden = $("rules").children.length > 0;
}

function list(id, sentences) {
  const lines = sentences.map((sentence) => {
    const line = document.createElement("li");
    line.textContent = sentence;
    return line;
  });
  if ($(id).textContent !== sentences.join("")) {
    $(id).replaceChildren(...lines);
  }
}

function showProposal(proposal) {
  $("proposal").textContent = proposal ? say("proposal", proposal) : say("noProposal");
}

// --- signing

async function sign() {
  const missing = listMissing();
  if (missing.length) {
    markFaults(Object.fromEntries(missing.map((block) => [block.id.slice(3), say(sentenceFor(block))])));
    $("refused").textContent = say("missing", { count: missing.length });
    return goTo(missing[0]);
  }
  const wrong = listWrong();
  markFaults(wrong);
  if (Object.keys(wrong).length) {
    $("refused").textContent = Object.values(wrong)[0];
    return goTo($(`at-${Object.keys(wrong)[0]}`));
  }
  if (listClashes().length) {
    $("refused").textContent = listClashes().join("；");
    return $("refused").focus();
  }
  clearTimeout(timer);
  await (sending || (draft.dirty && send()));
  if (draft.dirty || isSettling()) {
    // A conflict is read again before it is signed.
    $("refused").textContent = $("kept").textContent === say("offline") ? say("noNetwork") : "";
    return $("refused").focus();
  }
  draft.signKey ||= makeKey();
  await keep();
  const { fields, revision, knows, signKey: key } = draft;
  return finish(await ask(`${place}/sign`, { fields, revision, knows, key }));
}

function sentenceFor(block) {
  return { "at-strokes": "signHere" }[block.id] || (block.tagName === "FIELDSET" ? "choose" : "fill");
}

async function finish({ status, said }) {
  if (status === 200) {
    await writing;
    form.inert = true;
    await wipeDraft(prefix + draft.account);
    location.assign(said.onward);
    // Nothing more is signed or kept while the next page comes.
    return new Promise(() => {});
  }
  if (said.error === "fields") {
    markFaults(said.faults);
    return goTo($(`at-${Object.keys(said.faults)[0]}`));
  }
  $("refused").textContent = status ? said.title : say("noNetwork");
  $("refused").focus();
  return refuse(status, said);
}

async function drop() {
  // What is on its way to the system or the disk would come back after the wiping.
  await sending;
  const id = prefix + draft.account;
  draft = null;
  await writing;
  await wipeDraft(id);
  await ask(`${place}/drop`, {});
  location.assign(`/residents/${publicId}`);
}

// --- without a network

async function settleWorker() {
  const worker = await navigator.serviceWorker.register("/assessments/bedside/worker.js");
  await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const urls = [location.href, ...loaded].filter((url) => url.startsWith(location.origin));
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => { document.body.dataset.ready = "yes"; };
  worker.active.postMessage({ urls }, [port2]);
}

form.addEventListener("input", touch);
form.addEventListener("input", (event) => unmarkDone(event.target.closest(".is-missing")));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  // A second press waits for the first one's answer.
  signing ||= sign().finally(() => { signing = null; });
});
$("next").addEventListener("click", () => {
  const [first] = listMissing();
  goTo(first || form.querySelector(".form-buttons"));
});
document.querySelector("[data-drop]").addEventListener("click", drop);
for (const link of document.querySelectorAll("[data-leave]")) {
  link.href = publicId ? `/residents/${publicId}` : "/";
}
for (const link of document.querySelectorAll("[data-other]")) {
  link.href += `/${publicId}`;
}
form.addEventListener("change", (event) => markNumber(event.target));
// A page that comes back from the browser's memory may show what another account filled in.
addEventListener("pageshow", (event) => event.persisted && location.reload());
addEventListener("online", () => draft && send());
addEventListener("offline", () => draft && showState("offline"));
setInterval(() => draft && draft.dirty && $("sign-in").hidden && send(), AGAIN_MS);

showProposal(null);
await wipeOld();
await begin();
await settleWorker();
