// What this browser remembers for this address; nothing, if it keeps its storage closed.
const memory = new Map();

export function recall(name) {
  try {
    return localStorage.getItem(`studio.${name}`) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}

export function keep(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(`studio.${name}`, value);
  } catch {
    // Until the page is closed, then.
  }
}

export function forget(name) {
  memory.delete(name);
  try {
    localStorage.removeItem(`studio.${name}`);
  } catch {
    // It was not kept.
  }
}
