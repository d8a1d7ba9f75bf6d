// Asking the server. An answer that does not come is no answer: never green, never a second deed.

const PATIENCE_MS = 8000;
let token = document.querySelector('meta[name="csrf-token"]').content;

async function send(path, body, key) {
  const headers = { Accept: "application/json" };
  if (body) {
    headers["Content-Type"] = "application/json";
    headers["X-CSRFToken"] = token;
  }
  if (key) {
    headers["Idempotency-Key"] = key;
  }
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(path, {
      method: body ? "POST" : "GET",
      headers,
      body: body && JSON.stringify(body),
      signal: stop.signal,
      redirect: "error",
      cache: "no-store",
    });
    return { status: answer.status, said: await answer.json().catch(() => ({})) };
  } catch {
    return { status: 0, said: {} };
  } finally {
    clearTimeout(timer);
  }
}

// Give {status, said}; status 0 where no answer came. When the PIN is due, `askPin` asks for it and
// the same request goes out again, with the same key.
export async function ask(path, body, { key, askPin } = {}) {
  for (let renewed = false; ; ) {
    const answer = await send(path, body, key);
    const { error } = answer.said;
    if (answer.status === 401 && error === "pin_needed") {
      await askPin();
    } else if (answer.status === 403 && error === "csrf" && !renewed) {
      renewed = true;
      await renewToken();
    } else {
      return answer;
    }
  }
}

// The browser was restarted: the page is older than its session, and asks for a token of the new one.
async function renewToken() {
  const fresh = await send("/till/token");
  if (fresh.status === 200) {
    token = fresh.said.token;
  }
  return fresh;
}

// Give {status, said} of one try of the shop PIN.
export async function givePin(pin) {
  const fresh = await renewToken();
  if (fresh.status !== 200) {
    return fresh;
  }
  const answer = await send("/till/pin", { pin });
  if (answer.status === 200) {
    token = answer.said.token;
  }
  return answer;
}

export const isUnanswered = ({ status, said }) => status === 0 || status >= 500 || said.error === "key_busy";

export function makeKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
