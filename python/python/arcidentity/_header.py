"""The header that carries a token."""

from typing import NoReturn


class Header(str):
    """The value of a header that neither the `repr` of its request's headers nor a file shows."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'Bearer …'"

    def __copy__(self) -> "Header":
        return self

    def __deepcopy__(self, _memo: object) -> "Header":
        return self

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        # Pickle asks for this, and YAML, as which vcrpy records requests.
        raise TypeError(
            "the header with a token is not pickled and not recorded: leave it out of the request, "
            "with vcrpy by filter_headers=['authorization']"
        )
