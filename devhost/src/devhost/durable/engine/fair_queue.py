"""A queue in which everybody gets a turn: in order within a key, round robin among keys."""

from collections import deque


class FairQueue[T]:
    def __init__(self) -> None:
        self._lines: dict[str, deque[T]] = {}
        self._order: deque[str] = deque()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def put(self, key: str, item: T) -> None:
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = deque()
            self._order.append(key)
        line.append(item)
        self._size += 1

    def take(self) -> T:
        key = self._order.popleft()
        line = self._lines[key]
        item = line.popleft()
        self._size -= 1
        if line:
            self._order.append(key)
        else:
            del self._lines[key]
        return item
