"""Size limits of the house. An exception needs a comment in the file: ``# size: reason``."""

from __future__ import annotations

import ast

from tests.house.sources import PACKAGE, Function, Source, everything, package

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60  # without its docstring
MAX_PARAMETERS = 7
MAX_METHODS = 12
MAX_DEPTH = 2  # classes of this package above and including a class
MAX_FOLDERS = 16
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
FLOORS_WITH_LATE_IMPORTS = {
    "__init__", "__main__", "campaign", "studies", "env", "live", "formats", "views",
}  # fmt: skip


def _functions(source: Source) -> list[Function]:
    return [
        n for n in source.nodes(ast.FunctionDef, ast.AsyncFunctionDef) if isinstance(n, Function)
    ]


def _first_line(node: Function | ast.ClassDef) -> int:
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])


def _has_exception(source: Source, node: Function | ast.ClassDef) -> bool:
    return source.has_exception(_first_line(node), node.end_lineno or node.lineno)


def _length(node: Function) -> int:
    """Lines of a function without its docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def _parameters(node: Function) -> int:
    args = node.args
    names = [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def test_files_are_short():
    too_long = [
        f"{s.name}: {len(s.lines)} lines"
        for s in everything()
        if len(s.lines) > MAX_FILE_LINES and not s.has_file_exception()
    ]
    assert not too_long


def test_functions_are_short():
    too_long = [
        f"{s.name}:{f.lineno} {f.name}: {_length(f)} lines"
        for s in package()
        for f in _functions(s)
        if _length(f) > MAX_FUNCTION_LINES and not _has_exception(s, f)
    ]
    assert not too_long


def test_functions_take_few_parameters():
    too_many = [
        f"{s.name}:{f.lineno} {f.name}: {_parameters(f)} parameters"
        for s in package()
        for f in _functions(s)
        if _parameters(f) > MAX_PARAMETERS and not _has_exception(s, f)
    ]
    assert not too_many


def test_no_stage_relays_unnamed_keywords():
    relays = [
        f"{s.name}:{f.lineno} {f.name}"
        for s in package()
        for f in _functions(s)
        if s.floor != "views" and f.args.kwarg is not None and not _has_exception(s, f)
    ]
    assert not relays


def test_classes_have_few_methods():
    too_many = [
        f"{s.name}:{c.lineno} {c.name}: {n} methods"
        for s in package()
        for c in s.nodes(ast.ClassDef)
        if isinstance(c, ast.ClassDef)
        and (n := sum(isinstance(item, Function) for item in c.body)) > MAX_METHODS
        and not _has_exception(s, c)
    ]
    assert not too_many


def _bases() -> dict[str, tuple[str, list[str]]]:
    """Class name -> (where, names of its bases)."""
    found: dict[str, tuple[str, list[str]]] = {}
    for s in package():
        for c in s.nodes(ast.ClassDef):
            assert isinstance(c, ast.ClassDef)
            names = [ast.unparse(base).split("[")[0].split(".")[-1] for base in c.bases]
            found[c.name] = (f"{s.name}:{c.lineno}", names)
    return found


def test_classes_are_abstract_or_final():
    bases = _bases()

    def depth(name: str) -> int:
        return 1 + max((depth(base) for base in bases[name][1] if base in bases), default=0)

    too_deep = [f"{where} {name}" for name, (where, _) in bases.items() if depth(name) > MAX_DEPTH]
    assert not too_deep
    extended = {base for _, above in bases.values() for base in above if base in bases}
    concrete = {name for name in extended if not name.startswith("Abstract")}
    assert concrete <= {"OpenDomeError"}


def test_names_of_files_say_what_is_inside():
    banned = [s.name for s in everything() if s.path.stem.strip("_") in BANNED_NAMES]
    assert not banned
    folders = [p for p in PACKAGE.rglob("*") if p.is_dir() and p.name in BANNED_NAMES]
    assert not folders


def test_few_top_level_folders():
    folders = [p.name for p in PACKAGE.iterdir() if (p / "__init__.py").exists()]
    assert len(folders) <= MAX_FOLDERS


def test_no_late_imports_below_the_campaign():
    late = [
        f"{s.name}:{node.lineno}"
        for s in package()
        if s.floor not in FLOORS_WITH_LATE_IMPORTS
        for f in _functions(s)
        for node in ast.walk(f)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not late


def test_the_limits_bite():
    """The measures above see what they are meant to see."""
    tree = ast.parse(
        "def f(self, a, b, *, c):\n    '''One.\n\n    Two.\n    '''\n    x = 1\n    return x\n"
    )
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    assert _length(function) == 3
    assert _parameters(function) == 3
