// One screen at a time, with the focus where the work goes on; words, tones and vibration.

export const $ = (id) => document.getElementById(id);
export const say = (word) => $("words").querySelector(`[data-word="${word}"]`);

export function show(name) {
  for (const screen of document.querySelectorAll("[data-screen]")) {
    screen.hidden = screen.dataset.screen !== name;
  }
  document.body.dataset.at = name;
  const target = document.querySelector(`[data-screen="${name}"] [data-focus]`);
  target.focus({ preventScroll: true });
  scrollTo(0, 0);
}

export const isAt = (name) => document.body.dataset.at === name;

export function showYuan(fen) {
  const whole = String(Math.trunc(fen / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${whole}.${String(fen % 100).padStart(2, "0")}`;
}

export const showMoney = (fen) => say("yuan").textContent.replace("0.00", showYuan(fen));

// Green rises, red is low and long: told apart without looking.
const TONES = {
  green: [[880, 0, 0.12], [1320, 0.13, 0.2]],
  red: [[220, 0, 0.5]],
  grey: [[660, 0, 0.15]],
};
const PULSES = { green: [80], red: [250, 100, 250], grey: [40] };
let sound = null;

// Browsers give sound only after a touch or a key.
for (const kind of ["pointerdown", "keydown"]) {
  document.addEventListener(kind, () => {
    const Sound = window.AudioContext || window.webkitAudioContext;
    sound = sound || (Sound && new Sound());
    if (sound && sound.state === "suspended") {
      sound.resume();
    }
  });
}

export function signal(colour) {
  if (navigator.vibrate) {
    navigator.vibrate(PULSES[colour]);
  }
  if (!sound) {
    return;
  }
  for (const [pitch, from, seconds] of TONES[colour]) {
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.type = colour === "red" ? "square" : "sine";
    tone.frequency.value = pitch;
    volume.gain.value = 0.2;
    tone.connect(volume).connect(sound.destination);
    tone.start(sound.currentTime + from);
    tone.stop(sound.currentTime + from + seconds);
  }
}
