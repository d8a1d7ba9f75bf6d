// Reads QR codes out of pictures, in a worker of its own so that the page never stutters.
"use strict";

importScripts("../vendor/zxing-wasm/reader.js");

// By itself the reader would fetch its .wasm from a public host.
ZXingWASM.prepareZXingModule({
  overrides: {
    locateFile: (name, prefix) =>
      name.endsWith(".wasm") ? "../vendor/zxing-wasm/zxing_reader.wasm" : prefix + name,
  },
});

self.onmessage = async ({ data: { id, image, isPhoto } }) => {
  // Two at most: with two in view the clerk is asked to show one.
  const wanted = { formats: ["QRCode"], maxNumberOfSymbols: 2, tryHarder: isPhoto, tryInvert: false };
  try {
    const found = await ZXingWASM.readBarcodes(image, wanted);
    self.postMessage({ id, texts: found.filter((one) => one.isValid).map((one) => one.text) });
  } catch {
    self.postMessage({ id, texts: null });
  }
};
