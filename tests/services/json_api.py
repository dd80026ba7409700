"""A stand-in for the services that answer GET with JSON to whoever has a token for them."""

from collections.abc import Mapping

import jwt

import bearer
from server import Answer, Request


class JsonApi:
    """Gives these answers, by their paths, to who has a token for one of the audiences."""

    def __init__(self, answers: Mapping[str, object], *audiences: str) -> None:
        self._answers = answers
        self._audiences = audiences

    def __call__(self, request: Request) -> Answer:
        try:
            bearer.judge(request.token or "", *self._audiences)
        except jwt.PyJWTError as error:
            return Answer.json(
                401, {"error": {"code": "InvalidAuthenticationToken", "message": str(error)}}
            )
        answer = self._answers.get(request.path)
        if answer is None:
            return Answer.json(404, {"error": {"code": "NotFound", "message": request.path}})
        return Answer.json(200, answer)
