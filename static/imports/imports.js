// A file is dropped or chosen; while the server works, the page says so.
"use strict";

(function () {
  const file = document.getElementById("file");
  const drop = document.querySelector("[data-drop]");

  function judge() {
    const chosen = file.files[0];
    const isTooLarge = chosen && chosen.size > Number(file.dataset.most);
    file.setCustomValidity(isTooLarge ? file.dataset.tooLarge : "");
    if (isTooLarge) {
      file.reportValidity();
    }
  }

  if (file && drop) {
    file.addEventListener("change", judge);
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, function (event) {
        event.preventDefault();
        drop.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) {
      drop.addEventListener(name, function () {
        drop.classList.remove("is-over");
      });
    }
    drop.addEventListener("drop", function (event) {
      event.preventDefault();
      if (event.dataTransfer.files.length > 0) {
        file.files = event.dataTransfer.files;
        judge();
      }
    });
  }

  document.addEventListener("submit", function (event) {
    if (event.target.matches("form[data-progress]")) {
      const words = event.target.querySelector("[data-progress-words]");
      words.textContent = words.dataset.words;
    }
  });
  // Back from the next page, nothing is under way any more.
  window.addEventListener("pageshow", function () {
    for (const words of document.querySelectorAll("[data-progress-words]")) {
      words.textContent = "";
    }
  });
})();
