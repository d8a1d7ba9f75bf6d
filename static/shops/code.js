// Counts the minutes of a one-time code down in words, and takes it off the screen at the end.
"use strict";

(function () {
  const place = document.getElementById("enrolment");
  if (!place) {
    return;
  }
  const endsAt = performance.now() + Number(place.dataset.seconds) * 1000;
  const left = document.getElementById("left");
  const clock = window.setInterval(tell, 1000);

  function tell() {
    const seconds = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
    if (seconds > 0) {
      left.textContent = place.dataset.left
        .replace("{minutes}", Math.floor(seconds / 60))
        .replace("{seconds}", seconds % 60);
      return;
    }
    window.clearInterval(clock);
    left.textContent = place.dataset.over;
    document.getElementById("over").textContent = place.dataset.over;
    document.getElementById("shown").remove();
  }

  tell();
})();
