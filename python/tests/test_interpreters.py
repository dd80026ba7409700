"""Several interpreters in one process, as mod_wsgi has for several applications."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from conftest import PATIENCE

# `create(isolated)`, `run(interpreter, code)`, which prints why the code failed, and `destroy`.
INTERPRETERS = """
import sys

if sys.version_info >= (3, 13):
    from _interpreters import create as _create, destroy, exec as _exec

    def create(isolated):
        return _create("isolated" if isolated else "legacy")

    def run(interpreter, code):
        failure = _exec(interpreter, code)
        if failure:
            print(f"{failure.type.__name__}: {failure.msg}", flush=True)
else:
    from _xxsubinterpreters import RunFailedError, create as _create, destroy, run_string

    def create(isolated):
        return _create(isolated=isolated)

    def run(interpreter, code):
        try:
            run_string(interpreter, code)
        except RunFailedError as failure:
            print(failure, flush=True)
"""

# Makes an error that comes from the native half, and one that comes from a call that may wait.
USE = """
import arcidentity

try:
    arcidentity.Client(endpoint="http://example.com")
except arcidentity.UntrustedAgentError:
    pass
try:
    arcidentity.Client(endpoint="http://127.0.0.1:1", max_attempts=1).get_token("urn:x")
except arcidentity.UnavailableError:
    pass
print("fine", flush=True)
"""


def lines(program: str) -> list[str]:
    """What a program prints that has the functions above and `use`."""
    done = subprocess.run(
        # That they are not closed before the end is said since 3.14.
        [sys.executable, "-I", "-W", "ignore:remaining subinterpreters:RuntimeWarning"]
        + ["-c", f"{INTERPRETERS}\nUSE = {USE!r}\n{program}"],
        capture_output=True,
        timeout=PATIENCE,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def is_refusal(line: str) -> bool:
    return "ImportError" in line and "WSGIApplicationGroup %{GLOBAL}" in line


def test_a_second_interpreter_is_refused_and_the_first_goes_on() -> None:
    first, second, again, first_again = lines(
        "exec(USE); other = create(False); run(other, USE); run(other, USE); exec(USE)"
    )
    assert (first, first_again) == ("fine", "fine")
    assert is_refusal(second)
    assert is_refusal(again)


def test_the_first_need_not_be_the_main_one() -> None:
    first, again, second, main = lines(
        """
one, other = create(False), create(False)
run(one, USE)
run(one, USE)
run(other, USE)
try:
    exec(USE)
except ImportError as error:
    print("ImportError", error)
"""
    )
    assert (first, again) == ("fine", "fine")
    assert is_refusal(second)
    assert is_refusal(main)


def test_the_classes_of_an_interpreter_that_has_ended_are_not_used() -> None:
    first, second = lines(
        "one = create(False); run(one, USE); destroy(one); run(create(False), USE)"
    )
    assert first == "fine"
    assert is_refusal(second)


def test_an_isolated_interpreter_is_refused() -> None:
    first, second, first_again = lines("exec(USE); run(create(True), USE); exec(USE)")
    assert (first, first_again) == ("fine", "fine")
    # Since 3.12 it has a GIL of its own, and CPython itself refuses.
    assert is_refusal(second) or "does not support loading in subinterpreters" in second


def test_a_second_import_in_one_interpreter_is_none() -> None:
    forget = "[sys.modules.pop(name) for name in list(sys.modules) if 'arcidentity' in name]"
    assert lines(f"exec(USE); {forget}; exec(USE)") == ["fine", "fine"]


if sys.version_info >= (3, 14):

    def test_a_pool_of_interpreters_takes_tokens_and_not_the_package() -> None:
        from concurrent.futures import InterpreterPoolExecutor

        with InterpreterPoolExecutor(1) as pool:
            assert pool.submit(len, "a-token").result(PATIENCE) == 7
            with pytest.raises(ImportError, match="does not support loading in subinterpreters"):
                pool.submit(exec, "import arcidentity").result(PATIENCE)


APPLICATION = """
try:
    import arcidentity
except ImportError as error:
    print("ImportError:", error, flush=True)
else:
    print("it is imported", flush=True)

def application(environ, respond):
    respond("200 OK", [])
    return []
"""


def imports_in_uwsgi(directory: Path, *options: str) -> list[str]:
    """What two applications of one uWSGI say of their imports."""
    command = [
        str(Path(sys.executable).with_name("pyuwsgi")),
        "--socket",
        str(directory / "socket"),
    ]
    command += ["--venv", sys.prefix, "--manage-script-name", *options]
    for name in ("one", "two"):
        (directory / f"{name}.py").write_text(APPLICATION)
        command += ["--mount", f"/{name}={directory / name}.py"]
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as uwsgi:
        assert uwsgi.stdout is not None
        try:
            while len(said) < 2 and (line := uwsgi.stdout.readline().decode()):
                said += [line] if "import" in line else []
        finally:
            uwsgi.kill()
    return said


def test_a_second_application_of_uwsgi_is_refused(tmp_path: Path) -> None:
    metadata.version("pyuwsgi")
    first, second = imports_in_uwsgi(tmp_path)
    assert first == "it is imported\n"
    assert is_refusal(second)
    assert "single-interpreter = true" in second


def test_with_one_interpreter_all_applications_of_uwsgi_work(tmp_path: Path) -> None:
    metadata.version("pyuwsgi")
    assert imports_in_uwsgi(tmp_path, "--single-interpreter") == ["it is imported\n"] * 2
