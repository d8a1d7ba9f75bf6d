// The board an informant writes on, with a finger, a pen or a mouse.

export class Board {
  constructor(box, changed) {
    this.canvas = box.querySelector("canvas");
    this.field = box.querySelector("input");
    this.changed = changed;
    this.strokes = [];
    this.pen = this.canvas.getContext("2d");
    for (const [kind, deed] of [["pointerdown", this.begin], ["pointermove", this.move],
      ["pointerup", this.end], ["pointercancel", this.end]]) {
      this.canvas.addEventListener(kind, deed.bind(this));
    }
    box.querySelector("[data-clear]").addEventListener("click", () => this.clear());
  }

  // A point on the board, whatever size it has on this screen.
  at(event) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const scale = (value, size, most) => Math.min(most, Math.max(0, Math.round((value / size) * most)));
    return [
      scale(event.clientX - left, width, this.canvas.width),
      scale(event.clientY - top, height, this.canvas.height),
    ];
  }

  begin(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.strokes.push([this.at(event)]);
    this.isDown = true;
    event.preventDefault();
  }

  move(event) {
    if (this.isDown) {
      this.strokes.at(-1).push(this.at(event));
      this.draw();
    }
  }

  end() {
    if (this.isDown) {
      this.isDown = false;
      this.field.value = JSON.stringify(this.strokes);
      this.changed();
    }
  }

  clear() {
    this.load("");
    this.changed();
  }

  load(text) {
    this.field.value = text;
    this.strokes = text ? JSON.parse(text) : [];
    this.draw();
  }

  draw() {
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.pen.lineWidth = 6;
    this.pen.lineCap = this.pen.lineJoin = "round";
    for (const stroke of this.strokes) {
      this.pen.beginPath();
      stroke.forEach(([x, y]) => this.pen.lineTo(x, y));
      this.pen.stroke();
    }
  }
}
