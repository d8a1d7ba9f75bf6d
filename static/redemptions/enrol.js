// The enrolment code stands after # in the address, where no server and no log ever sees it.
function fillIn() {
  const code = decodeURIComponent(location.hash.slice(1));
  if (code) {
    history.replaceState(null, "", location.pathname);
    document.getElementById("code").value = code;
    document.querySelector("form button").focus();
  }
}

// The page may stand open already when the code is scanned.
window.addEventListener("hashchange", fillIn);
fillIn();
