// A value that components watch.
import { useEffect, useState } from "./view.js";

export function store(initial) {
  let value = initial;
  const watchers = new Set();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const watch of [...watchers]) watch(value);
    },
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

export function useStore(one) {
  const [value, setValue] = useState(one.get());
  useEffect(() => {
    setValue(one.get());
    return one.watch(setValue);
  }, [one]);
  return value;
}
