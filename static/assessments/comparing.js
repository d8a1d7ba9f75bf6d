// Two versions of the same answers, side by side: the person chooses, item by item.

import { nameOf, say, tell } from "./answers.js";

const panel = document.getElementById("conflict");

export const isSettling = () => !panel.hidden;

export function hideConflict(form) {
  panel.hidden = true;
  form.hidden = false;
}

const differ = (mine, theirs) =>
  [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].filter(
    (name) => JSON.stringify(mine[name] || []) !== JSON.stringify(theirs[name] || []));

export const isSame = (mine, theirs) => differ(mine, theirs).length === 0;

// Give the merged answers once the person has chosen; what is equal is not asked.
export function compare(title, mine, theirs, form) {
  const names = differ(mine, theirs);
  if (!names.length) {
    return Promise.resolve(mine);
  }
  document.getElementById("conflict-title").textContent = title;
  document.getElementById("differences").replaceChildren(
    ...names.map((name) => makeChoice(name, mine[name], theirs[name])));
  panel.hidden = false;
  form.hidden = true;
  document.getElementById("conflict-title").focus();
  return new Promise((done) => {
    panel.querySelector("[data-settle]").onclick = () => {
      const chosen = names.filter((name) => panel.querySelector(`[name="keep-${name}"]:checked`).value === "theirs");
      panel.hidden = true;
      done({ ...mine, ...Object.fromEntries(chosen.map((name) => [name, theirs[name] || []])) });
    };
  });
}

function makeChoice(name, mine, theirs) {
  const box = document.createElement("fieldset");
  box.className = "item difference";
  const legend = document.createElement("legend");
  legend.textContent = nameOf(name);
  box.append(legend, makeSide(name, "mine", mine), makeSide(name, "theirs", theirs));
  return box;
}

function makeSide(name, side, values) {
  const label = document.createElement("label");
  label.className = "answer";
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: `keep-${name}`, value: side, checked: side === "mine", className: "form-check-input" });
  const said = document.createElement("span");
  said.textContent = say(side, { said: tell(name, values) });
  label.append(input, said);
  return label;
}
