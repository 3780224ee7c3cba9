"""Each sentence that marshmallow can say of a field has a Chinese one."""

from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields, validate

from gridgov.domain.errors import Text
from gridgov.http.validation import field_errors, in_both_languages, located_field_errors

SENTENCES = [
    (fields.String(required=True), None),
    (fields.String(), 5),
    (fields.Integer(), "x"),
    (fields.Float(), "x"),
    (fields.Float(), float("nan")),
    (fields.Boolean(), "perhaps"),
    (fields.List(fields.String()), 5),
    (fields.Dict(), 5),
    (fields.Nested(Schema), 5),
    (fields.Date(), "x"),
    (fields.Time(), "x"),
    (fields.DateTime(), "x"),
    (fields.TimeDelta(), "x"),
    (fields.UUID(), "x"),
    (fields.URL(), "x"),
    (fields.Email(), "x"),
    (fields.String(validate=validate.OneOf(["a", "b"])), "c"),
    (fields.String(validate=validate.Equal("a")), "c"),
    (fields.String(validate=validate.Regexp("a")), "c"),
    (fields.String(validate=validate.Length(min=2)), "c"),
    (fields.String(validate=validate.Length(max=2)), "ccc"),
    (fields.String(validate=validate.Length(min=2, max=3)), "c"),
    (fields.String(validate=validate.Length(equal=2)), "c"),
    (fields.Integer(validate=validate.Range(min=2)), 1),
    (fields.Integer(validate=validate.Range(max=2)), 3),
    (fields.Integer(validate=validate.Range(1, 2)), 3),
    (fields.Integer(validate=validate.Range(min=2, min_inclusive=False)), 1),
    (fields.Integer(validate=validate.Range(max=2, max_inclusive=False)), 3),
]


@pytest.mark.parametrize(("field", "value"), SENTENCES)
def test_marshmallows_sentence_has_a_chinese_one(field: fields.Field[Any], value: Any) -> None:
    shape = Schema.from_dict({"it": field})
    with pytest.raises(ValidationError) as refusal:
        shape().load({"it": value})
    (sentence,) = field_errors(refusal.value.messages)["it"]
    assert isinstance(sentence, Text), sentence
    assert sentence.zh != str(sentence)
    assert "\\" not in sentence.zh


def test_paths_are_dotted_and_the_whole_is_called_body() -> None:
    messages = {"place": {"point": {"lat": ["a", "b"]}, "_schema": ["c"]}, "list": {0: ["d"]}, "_schema": ["e"]}
    assert field_errors(messages) == {"place.point.lat": ["a", "b"], "place": ["c"], "list.0": ["d"], "body": ["e"]}
    assert located_field_errors({"json": messages}) == field_errors(messages)
    assert located_field_errors({"json": ["f"]}) == {"body": ["f"]}


def test_a_sentence_that_nobody_translated_is_shown_as_it_is() -> None:
    assert in_both_languages("Wholly new.") == "Wholly new."
