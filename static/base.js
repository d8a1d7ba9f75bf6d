// What every page does in the browser. Each form works without it: here it only becomes calmer.
"use strict";

(function () {
  // Who is signed in is noted, so that no other account is shown what this one kept on the phone.
  // Signing out wipes that, also where a browser does not know the header that asks for it.
  try {
    if (document.body.dataset.account) {
      localStorage.setItem("account", document.body.dataset.account);
    }
  } catch {
    // A browser that keeps nothing has nothing to hide.
  }
  document.addEventListener("submit", function (event) {
    if (event.target.hasAttribute("data-signs-out") && navigator.onLine && window.indexedDB) {
      indexedDB.deleteDatabase("bedside");
    }
  });

  // A form is sent once; a second click on its button does nothing until the page answers.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    const button = event.submitter;
    if (button) {
      button.classList.add("is-busy");
      // A disabled button would not be sent along: it is only marked.
      button.setAttribute("aria-disabled", "true");
    }
  });

  // Back from the next page, the form is as it was before it was sent. A download leaves the page
  // where it is, so that the mark is taken off when the person comes back to it.
  function freshen() {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
      for (const button of form.querySelectorAll(".is-busy")) {
        button.classList.remove("is-busy");
        button.removeAttribute("aria-disabled");
      }
    }
  }
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) {
      freshen();
    }
  });

  // The menu of a narrow screen.
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-opens]");
    if (!button) {
      return;
    }
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
    document.getElementById(button.dataset.opens).classList.toggle("is-open", !isOpen);
  });
  document.documentElement.classList.add("has-script");

  // A form that waited for the password goes on by itself.
  const waiting = document.querySelector("form[data-sends-itself]");
  if (waiting) {
    waiting.requestSubmit();
  }

  // What was refused is read out first.
  const refused = document.getElementById("refused");
  if (refused) {
    refused.focus();
  }

  // Print buttons.
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-prints]")) {
      window.print();
    }
  });
})();
