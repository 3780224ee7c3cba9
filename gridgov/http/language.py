"""Which of the two languages a caller reads. The sentences themselves stand where they are raised."""

from typing import Literal

from flask import Request

from gridgov.domain.errors import Text

Language = Literal["zh", "en"]

DEFAULT: Language = "zh"
_BY_TAG: dict[str, Language] = {"zh": "zh", "en": "en"}


def preferred(request: Request) -> Language:
    """The language of `request` by its Accept-Language: Chinese unless English is wished for first.

    Only the first part of a tag counts (`en-GB` is English), in the order of the caller's weights.
    """
    for tag, weight in request.accept_languages:
        language = _BY_TAG.get(tag.lower().replace("_", "-").split("-")[0])
        if language and weight > 0:
            return language
    return DEFAULT


def said(sentence: str, language: Language) -> str:
    """`sentence` in `language`; a plain string has one form only and is given back as it is."""
    return sentence.zh if language == "zh" and isinstance(sentence, Text) else str(sentence)
