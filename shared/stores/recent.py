"""The last few values that were read or written, so that one worker asks the store once."""

import threading


class Recent[K, V]:
    """Thread-safe. The oldest makes room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: dict[K, V] = {}

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._values.pop(key, None)
            while len(self._values) >= self._most:
                self._values.pop(next(iter(self._values)))
            self._values[key] = value

    def get(self, key: K) -> V | None:
        with self._lock:
            return self._values.get(key)

    def drop(self, key: K) -> None:
        with self._lock:
            self._values.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
