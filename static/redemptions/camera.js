// The camera and the photo: pictures in, texts of codes out.

const MAX_SIDE = 1600;
const PLAIN_MS = 300;
let worker = null;
let number = 0;
let plainReader = null;
const waiting = new Map();

function startWorker() {
  worker = new Worker(new URL("decoder.js", import.meta.url));
  const giveUp = () => {
    worker = null;
    for (const [, answer] of waiting) {
      answer(null);
    }
    waiting.clear();
  };
  worker.onmessage = ({ data }) => {
    const answer = waiting.get(data.id);
    waiting.delete(data.id);
    answer(data.texts);
  };
  worker.onerror = giveUp;
}

// Without WebAssembly, or where it will not start, a slower reader in plain script does the same.
async function readPlainly(image) {
  plainReader = plainReader || (await import("../vendor/qr/decode.js"));
  try {
    return [plainReader.decodeQR(image, { timeLimit: PLAIN_MS })];
  } catch {
    return [];
  }
}

async function read(image, isPhoto) {
  if (typeof WebAssembly !== "object" || plainReader) {
    return readPlainly(image);
  }
  if (!worker) {
    startWorker();
  }
  const texts = await new Promise((answer) => {
    number += 1;
    waiting.set(number, answer);
    worker.postMessage({ id: number, image, isPhoto });
  });
  return texts === null ? readPlainly(image) : [...new Set(texts)];
}

function draw(source, width, height) {
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  const canvas = draw.canvas || (draw.canvas = document.createElement("canvas"));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

// Give the texts of the codes in a photo that was chosen or taken.
export async function readPhoto(file) {
  const picture = new Image();
  // As data:, because the page allows itself no other source of pictures.
  picture.src = await new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = fail;
    reader.readAsDataURL(file);
  });
  await picture.decode();
  return read(draw(picture, picture.naturalWidth, picture.naturalHeight), true);
}

export class Camera {
  constructor({ box, video, torch, found }) {
    Object.assign(this, { box, video, torch, found, stream: null, round: 0 });
    torch.addEventListener("click", () => this.switchTorch());
    // A phone put away keeps no camera on.
    document.addEventListener("visibilitychange", () => document.hidden && this.close());
  }

  // Open the camera and look for codes; false where there is none or it is refused.
  async open() {
    try {
      this.stream = this.stream || (await navigator.mediaDevices.getUserMedia({
        video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
        audio: false,
      }));
      this.video.srcObject = this.stream;
      this.box.hidden = false;
      await this.video.play();
    } catch {
      this.close();
      return false;
    }
    const [track] = this.stream.getVideoTracks();
    this.torch.hidden = !(track.getCapabilities && track.getCapabilities().torch);
    this.look();
    return true;
  }

  async look() {
    // Whoever looks again ends the round before: never two at once.
    this.round += 1;
    const { round } = this;
    while (this.round === round && this.stream) {
      const { videoWidth, videoHeight } = this.video;
      if (videoWidth) {
        const texts = await read(draw(this.video, videoWidth, videoHeight), false);
        if (this.round === round && texts.length) {
          this.found(texts);
        }
      }
      await new Promise((next) => setTimeout(next, 40));
    }
  }

  pause() {
    this.round += 1;
  }

  close() {
    this.pause();
    if (this.stream) {
      this.stream.getTracks().forEach((track) => track.stop());
    }
    this.stream = null;
    this.box.hidden = true;
  }

  async switchTorch() {
    const isOn = this.torch.getAttribute("aria-pressed") !== "true";
    const [track] = this.stream.getVideoTracks();
    await track.applyConstraints({ advanced: [{ torch: isOn }] }).catch(() => {});
    this.torch.setAttribute("aria-pressed", String(isOn));
  }
}
