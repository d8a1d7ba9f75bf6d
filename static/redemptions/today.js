// What the shop took today, and taking one of it back.

import { $, isAt, say, show, showYuan } from "./screens.js";
import { ask, isUnanswered, makeKey } from "./server.js";

let chosen = null; // {redemption, receipt, key}: one key a wish, however often it is sent

export function setUpToday({ askPin, tell }) {
  function cell(text, { below, isNumber } = {}) {
    const made = document.createElement("td");
    made.textContent = text;
    made.classList.toggle("number", Boolean(isNumber));
    if (below) {
      const small = document.createElement("span");
      small.className = "till-small";
      small.textContent = below;
      made.append(small);
    }
    return made;
  }

  function makeRow(row) {
    const made = document.createElement("tr");
    made.append(
      cell(row.time, { below: row.receipt }),
      cell(row.service, { below: row.serial }),
      cell(showYuan(row.amount_fen), { isNumber: true }),
      cell(showYuan(row.own_fen), { isNumber: true }),
      cell(row.undone ? say("undone").textContent : ""),
    );
    if (!row.undone) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn";
      button.textContent = say("undo").textContent;
      button.setAttribute("aria-label", `${button.textContent} ${row.receipt}`);
      button.addEventListener("click", () => chooseUndo(row));
      made.lastChild.append(button);
    }
    return made;
  }

  async function showToday() {
    show("today");
    $("today-note").textContent = "";
    const answer = await ask("/till/today", null, { askPin });
    if (isAt("pin")) {
      show("today");
    }
    if (answer.status !== 200) {
      $("today-note").textContent = say(answer.status === 401 ? "till" : "offline").textContent;
      return;
    }
    const { rows, count, amount_fen: amount, own_fen: own } = answer.said;
    $("today-count").textContent = count;
    $("today-amount").textContent = showYuan(amount);
    $("today-own").textContent = showYuan(own);
    $("today-rows").replaceChildren(...rows.map(makeRow));
    $("today-empty").hidden = rows.length > 0;
  }

  function chooseUndo({ redemption, receipt }) {
    chosen = { redemption, receipt, key: makeKey() };
    $("undo-receipt").textContent = receipt;
    $("undo-fault").hidden = true;
    $("undo-confirm").disabled = false;
    show("undo");
  }

  $("undo").addEventListener("submit", async (event) => {
    event.preventDefault();
    if ($("undo-confirm").disabled) {
      return;
    }
    $("undo-confirm").disabled = true;
    const body = { redemption: String(chosen.redemption), reason: $("undo-reason").value };
    const answer = await ask("/till/undo", body, { key: chosen.key, askPin });
    if (isAt("pin")) {
      show("undo");
    }
    if (answer.status === 200) {
      tell({ colour: "grey", title: say("reversed").textContent, advice: say("reversed").dataset.advice });
      return;
    }
    const said = isUnanswered(answer) ? say("offline") : null;
    $("undo-fault").textContent = said ? `${said.textContent} ${said.dataset.advice}` : `${answer.said.title || say("strange").textContent} ${answer.said.advice || ""}`;
    $("undo-fault").hidden = false;
    $("undo-confirm").disabled = false;
  });

  $("undo-leave").addEventListener("click", showToday);
  $("open-today").addEventListener("click", showToday);
  return { showToday, chooseUndo };
}
