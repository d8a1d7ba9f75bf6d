// A scanner types into the field and ends with Enter: the field is empty again at once, and what
// was scanned is looked up one after the other. Without this script each scan is a page of its own.
"use strict";

(function () {
  const form = document.getElementById("scan-form");
  const field = document.getElementById("code");
  const fault = document.getElementById("scan-fault");
  const waiting = [];
  let isBusy = false;

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    // The form stays: it is not one that is sent once.
    event.stopPropagation();
    waiting.push(field.value);
    field.value = "";
    field.focus();
    work();
  });

  async function work() {
    if (isBusy) {
      return;
    }
    isBusy = true;
    while (waiting.length > 0) {
      await lookUp(waiting.shift());
    }
    isBusy = false;
  }

  async function lookUp(code) {
    const fields = new URLSearchParams(new FormData(form));
    fields.set("code", code);
    let found;
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields });
      const text = await answer.text();
      found = new DOMParser().parseFromString(text, "text/html").getElementById("in-hand");
    } catch {
      fault.hidden = false;
      return;
    }
    fault.hidden = true;
    if (found === null) {
      // The session is over: sent as a page, the form is kept until the person is back.
      field.value = code;
      form.submit();
      return;
    }
    document.getElementById("in-hand").replaceWith(document.adoptNode(found));
  }
})();
