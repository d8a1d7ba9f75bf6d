// What a phone keeps of a form: sealed under a key that never leaves this browser, for some days.

const LIFE_MS = 7 * 24 * 3600 * 1000;
const STORES = ["keys", "drafts"];

function open() {
  return new Promise((done, fail) => {
    const asked = indexedDB.open("bedside", 1);
    asked.onupgradeneeded = () => STORES.forEach((name) => asked.result.createObjectStore(name));
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

// A battery may die the next moment: "strict" waits until it is on the disk.
async function run(store, mode, deed) {
  const db = await open();
  try {
    return await new Promise((done, fail) => {
      const work = db.transaction(store, mode, { durability: "strict" });
      const asked = deed(work.objectStore(store));
      work.oncomplete = () => done(asked.result);
      work.onabort = work.onerror = () => fail(work.error);
    });
  } finally {
    db.close();
  }
}

async function getKey() {
  const kept = await run("keys", "readonly", (store) => store.get("key"));
  if (kept) {
    return kept;
  }
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  try {
    await run("keys", "readwrite", (store) => store.add(made, "key"));
  } catch {
    // Another tab was a moment earlier: its key is ours.
  }
  return run("keys", "readonly", (store) => store.get("key"));
}

const bytes = (text) => new TextEncoder().encode(text);

// Drafts are kept under the person's form; only what is needed to find and expire it lies open.
export async function keepDraft(id, draft) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: bytes(id) }, await getKey(), bytes(JSON.stringify(draft)));
  await run("drafts", "readwrite", (store) => store.put({ iv, sealed, at: Date.now() }, id));
}

// Who used this browser last, as every page with somebody signed in notes it: without a network
// their drafts alone are opened.
export const rememberAccount = (account) => localStorage.setItem("account", account);
export const recallAccount = () => localStorage.getItem("account") || "";

// Give what was kept, or null: nothing there, too old, or sealed by a browser that was reset.
export async function readDraft(id) {
  const kept = await run("drafts", "readonly", (store) => store.get(id));
  if (!kept) {
    return null;
  }
  try {
    const plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: kept.iv, additionalData: bytes(id) }, await getKey(), kept.sealed);
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    await wipeDraft(id);
    return null;
  }
}

export const wipeDraft = (id) => run("drafts", "readwrite", (store) => store.delete(id));

// Whatever nobody sent for a week is gone.
export async function wipeOld() {
  await run("drafts", "readwrite", (store) => {
    const asked = store.openCursor();
    asked.onsuccess = () => {
      const cursor = asked.result;
      if (cursor) {
        if (Date.now() - cursor.value.at > LIFE_MS) {
          cursor.delete();
        }
        cursor.continue();
      }
    };
    return asked;
  });
}
