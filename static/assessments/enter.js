// A browser that can keep answers goes on to the bedside form; any other stays on the plain one.

const { bedside } = document.querySelector("[data-bedside]").dataset;
if (window.isSecureContext && window.indexedDB && window.crypto?.subtle && navigator.serviceWorker) {
  location.replace(bedside);
}
