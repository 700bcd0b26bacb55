// What is typed but not saved yet outlives the page: it is kept in this browser until the server has it, a day at most.
const KEPT_HOURS = 24;
const { owner, api } = document.getElementById("console").dataset;
const OWNER = owner + (api || "");
const DRAFT = `operator-draft-${OWNER}`, OUTBOX = `operator-outbox-${OWNER}`;

function read(name) {
  try {
    const kept = JSON.parse(localStorage.getItem(name) || "null");
    if (kept && Date.now() - kept.at < KEPT_HOURS * 3600e3) return kept;
    localStorage.removeItem(name);
  } catch { /* no storage here: nothing is kept */ }
  return null;
}
function write(name, kept) {
  try { if (kept) localStorage.setItem(name, JSON.stringify({ ...kept, at: Date.now() })); else localStorage.removeItem(name); } catch { /* as above */ }
}
// The answer being given to the question `key`.
export function keepDraft(key, entry) { write(DRAFT, key && { key, entry }); }
export function draftOf(key) { const kept = read(DRAFT); return kept && kept.key === key ? kept.entry : null; }
// An answer or outcome on its way to the server.
export function keepOnItsWay(path, body) { write(OUTBOX, { path, body }); }
export function onItsWay() { return read(OUTBOX); }
export function arrived() { write(OUTBOX, null); }
