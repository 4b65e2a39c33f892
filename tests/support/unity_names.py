"""Names that would clash where several sources of a library are compiled as one (UNDERSTUDY_UNITY in CMakeLists.txt).

What stands in unnamed namespaces of two sources of one library must differ: types, values, and functions of the same
parameters; and a type there must not be called as one of the library's headers.
"""

import collections
import pathlib
import re

TYPE = re.compile(r"^(?:template\s*<.*?>\s*)?(?:(?:struct|class|union|enum(?:\s+class|\s+struct)?)\s+(\w+)|using\s+(\w+)\s*=)")
FORWARD = re.compile(r"^(?:struct|class|union|enum)[\w\s]*;$")
OUTSIDE = "SKIP_UNITY_BUILD_INCLUSION"


def statements(text, unnamed):
    """(line, namespace, what) of each declaration at the left edge; of unnamed namespaces, or of the named ones."""
    namespace, inside, begun = "", False, None
    for number, line in enumerate(text.split("\n"), 1):
        opened = re.match(r"^namespace ([\w:]+) \{", line)
        if opened:
            namespace = opened.group(1)
        elif line == "namespace {":
            inside, begun = True, None
        elif line.startswith("}") and "// namespace" in line:
            namespace, inside, begun = namespace if inside else "", False, None
        elif inside == unnamed:
            if begun is None and (not line or line[0] in " /#})"):
                continue
            begun = (number, line) if begun is None else (begun[0], f"{begun[1]} {line.strip()}")
            if re.search(r"[;{=]", begun[1]):
                yield begun[0], namespace, begun[1]
                begun = None


def name_of(statement):
    """What a declaration declares, with the parameters' types where it is a function; None for anything else."""
    declared = TYPE.match(statement)
    if declared:
        return None if FORWARD.match(statement) else declared.group(1) or declared.group(2)
    statement = re.sub(r"\[\[\w+\]\]\s*", "", statement)
    head = re.split(r"[({=;]", statement, maxsplit=1)[0].rstrip()
    named = re.search(r"\s[*&]*(\w+)(?:\[[^\]]*\])?$", head)
    if not named or head.startswith(("using", "namespace", "static_assert")):
        return None
    if not re.match(re.escape(head) + r"\s*\(", statement):
        return named.group(1)
    parameters = statement[len(head):].split("{")[0]
    types = [re.sub(r"\s*\w+(\s*=.*)?$", "", each.strip(" ()")) for each in parameters.rsplit(")", 1)[0].split(",")]
    return f"{named.group(1)}({', '.join(types)})"


def apart(library):
    """The sources of a library that are compiled by themselves."""
    lists = [line for path in library.rglob("CMakeLists.txt") for line in path.read_text(encoding="utf-8").split("\n")]
    return {name for line in lists if OUTSIDE in line for name in re.findall(r"[\w/]+\.cpp", line)}


def clashes(root):
    """Each clash below `root` as "file:line: what to do"."""
    libraries = collections.defaultdict(list)
    for top in ("src", "protocols"):
        for path in sorted((root / top).rglob("*.[ch]pp")):
            libraries[pathlib.Path(*path.relative_to(root).parts[:2])].append(path)
    for library, paths in sorted(libraries.items()):
        seen = {}
        outside = apart(root / library) if (root / library).is_dir() else set()
        for path in sorted(paths, key=lambda path: path.suffix, reverse=True):  # headers first
            if path.name in outside:
                continue
            text = path.read_text(encoding="utf-8")
            for number, namespace, statement in list(statements(text, path.suffix == ".cpp")):
                name = name_of(statement)
                if name is None or (path.suffix == ".hpp" and not TYPE.match(statement)):
                    continue
                first = seen.setdefault((namespace, name), (path, number))
                if first[0] != path and path.suffix == ".cpp":
                    yield (f"{path.relative_to(root)}:{number}: `{name}` is declared in {first[0].relative_to(root)}:{first[1]} "
                           f"too, and both may be compiled as one: rename one, or set {OUTSIDE}")
