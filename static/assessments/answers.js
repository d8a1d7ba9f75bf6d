// The answers in the form: read, filled in, counted; what they change, and what cannot be.

const form = document.getElementById("form");
const words = document.getElementById("words").dataset;
const rules = JSON.parse(words.rules);
const impossible = JSON.parse(words.impossible);

export const say = (name, facts = {}) => words[name].replace(/\{(\w+)\}/g, (_, fact) => facts[fact]);
const inputsOf = (name) => [...form.elements].filter((input) => input.name === name);
const isChosen = (input) => input.type === "radio" || input.type === "checkbox";

// Give {name: [values]} of everything answered.
export function collect() {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (value.trim()) {
      (fields[name] ||= []).push(value);
    }
  }
  return fields;
}

export function fill(fields, board) {
  for (const input of form.elements) {
    const values = fields[input.name] || [];
    if (isChosen(input)) {
      input.checked = values.includes(input.value);
    } else if (input.name && input.name !== "strokes") {
      input.value = values[0] || "";
    }
  }
  board.load(fields.strokes?.[0] || "");
}

export const fields = () => [...new Set([...form.elements].map((input) => input.name).filter(Boolean))];

export function nameOf(name) {
  if (name === "strokes") {
    return say("signature");
  }
  const legend = document.getElementById(`at-${name}`).querySelector("legend, .item-label").cloneNode(true);
  legend.querySelectorAll(".item-about, .required").forEach((part) => part.remove());
  return legend.textContent.trim();
}

// Give an answer in the words of its options.
export function tell(name, values = []) {
  if (name === "strokes") {
    return say(values.length ? "signature" : "blank");
  }
  const said = values.map((value) => {
    const input = inputsOf(name).find((one) => isChosen(one) && one.value === value);
    return input ? input.closest("label").querySelector("span").textContent : value;
  });
  return said.join("；") || say("blank");
}

const isDone = (block) =>
  [...block.querySelectorAll("input")].some((input) => (isChosen(input) ? input.checked : input.value.trim()));

// What must be answered and is not, in the order of the page; the signature last.
export function listMissing() {
  const missing = [...form.querySelectorAll("[data-required]")].filter((block) => !isDone(block));
  return [...missing, ...listUnsigned()];
}

function listUnsigned() {
  const { signed_how: [how] = [], strokes, signer, signed_reason: reason } = collect();
  const wanted = { screen: [["strokes", strokes]] }[how] || [["signer", signer], ["signed_reason", reason]];
  return how ? wanted.filter(([, given]) => !given).map(([name]) => document.getElementById(`at-${name}`)) : [];
}

// A number outside the range its field says; read as the system reads it.
const isWrong = ({ value, dataset: { least, most } }) => {
  const typed = value.normalize("NFKC").trim();
  const number = /^[+-]?\d{1,15}(\.0*)?$/.test(typed) ? Number(typed) : NaN;
  return typed !== "" && !(Number(least) <= number && number <= Number(most));
};

// Give {name: sentence} of the numbers that cannot be.
export const listWrong = () =>
  Object.fromEntries([...form.querySelectorAll("[data-range]")].filter(isWrong).map((input) => [input.name, input.dataset.range]));

export function count() {
  const all = form.querySelectorAll("[data-required]").length + 1;
  return { all, done: all - Math.min(all, listMissing().length + (collect().signed_how ? 0 : 1)) };
}

export function showSubtotals() {
  const running = [];
  for (const part of form.querySelectorAll("[data-part]")) {
    const typed = [...part.querySelectorAll("[data-range]")].filter((input) => input.value.trim() && !isWrong(input));
    const chosen = [...part.querySelectorAll("input:checked")].map((input) => Number(input.dataset.points));
    chosen.push(...typed.map((input) => Number(input.value.normalize("NFKC"))));
    const points = chosen.reduce((sum, one) => sum + one, 0);
    const facts = { done: chosen.length, all: part.querySelectorAll("[data-item]").length, points };
    part.querySelector("[data-subtotal]").textContent = say("subtotal", facts);
    running.push(`${part.dataset.part}: ${points}`);
  }
  document.getElementById("subtotals").textContent = running.join(" · ");
}

// The rules that the answers so far bring about, in the instrument's own sentences.
export function listRules() {
  const chosen = [...form.querySelectorAll("input:checked")];
  if (chosen.some((input) => input.dataset.coma)) {
    return rules.coma;
  }
  const events = chosen.reduce((sum, input) => sum + Number(input.dataset.count || 0), 0);
  const found = chosen.flatMap((input) => rules.diagnoses[input.dataset.diagnosis] || []);
  return [...new Set([...found, ...(rules.events[Math.min(events, rules.events.length - 1)] || [])])];
}

export function listClashes() {
  const given = collect();
  const meets = ([at, options]) => (given[at] || []).some((value) => options.includes(value));
  return impossible.filter((one) => Object.entries(one.together).every(meets)).map((one) => one.words);
}

export function markFaults(faults) {
  for (const block of form.querySelectorAll(".is-missing")) {
    mark(block, "");
  }
  for (const [at, sentence] of Object.entries(faults)) {
    mark(document.getElementById(`at-${at}`), sentence);
  }
}

// A number is judged as soon as it is typed; an empty field waits for the signing.
export function markNumber(input) {
  if (input.dataset.range) {
    mark(input.closest(".item"), isWrong(input) ? input.dataset.range : "");
  }
}

// What is answered is no longer called missing; what else is wrong with it shows at the next try.
export function unmarkDone(block) {
  if (block && !listMissing().includes(block)) {
    mark(block, "");
  }
}

function mark(block, sentence) {
  const fault = block.querySelector(".field-error");
  block.classList.toggle("is-missing", sentence !== "");
  fault.textContent = sentence;
  fault.hidden = !sentence;
}

export function goTo(block) {
  block.scrollIntoView({ block: "center" });
  const field = block.querySelector("input:not([type=hidden])") || block.querySelector("button");
  field.focus({ preventScroll: true });
}
