"""What a page of the Studio is made of: its modules, those that they import, and their styles.

A browser that is told all at once asks for all at once. What is imported later, when somebody goes
to another page, is not among them.
"""

import re
from collections.abc import Iterable, Mapping
from posixpath import dirname, join, normpath

from shared.api.static_files import StaticFile

# Not of `import("...")`: that is asked for when it is needed.
IMPORTED = re.compile(r'\b(?:from|import)\s*"(\.{1,2}/[^"]+\.js)"')
STYLED = re.compile(r'\bstylesheet\("([^"]+\.css)"\)')


def needed(files: Mapping[str, StaticFile], first: Iterable[str]) -> tuple[list[str], list[str]]:
    """The modules and the style sheets that these modules need, themselves among them."""
    modules, styles = list[str](), list[str]()
    waiting = [path for path in first if path in files]
    while waiting:
        path = waiting.pop(0)
        if path in modules:
            continue
        modules.append(path)
        text = files[path].data.decode()
        styles += STYLED.findall(text)
        waiting += [normpath(join(dirname(path), one)) for one in IMPORTED.findall(text)]
    return modules, styles
