"""What somebody wishes of messages that leave the house."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from gridgov.domain.errors import Text
from gridgov.schemas.fields import Flag
from gridgov.schemas.shape import Input, Output

HOURS = validate.Regexp(r"^([01]\d|2[0-3]):[0-5]\d$")
NO_HOURS = Text("Give from and to, which differ.", "须同时填写开始与结束时间，且二者不同。")


class QuietHours(Input):
    """From when to when (the city's time, as 22:00) messages about P3 and P4 wait; over midnight is fine."""

    from_ = fields.String(required=True, data_key="from", validate=HOURS)
    to = fields.String(required=True, validate=HOURS)

    @validates_schema
    def _differ(self, data: dict[str, Any], **_options: Any) -> None:
        if data["from_"] == data["to"]:
            raise ValidationError({"to": [NO_HOURS]})


class ChannelSwitches(Input):
    """Which kinds of channels may be used; in the application everybody is always told."""

    email = Flag(required=True)
    apprise = Flag(required=True)


class PreferencesForm(Input):
    """All of one's wishes at once."""

    channels = fields.Nested(ChannelSwitches, required=True)
    quiet_hours = fields.Nested(QuietHours, required=True, allow_none=True)
    digest = Flag(required=True, metadata={"description": "What does not ring and is P3 or P4 comes once a day."})


class QuietHoursView(Output):
    """Quiet hours in the city's time."""

    from_ = fields.String(required=True, data_key="from")
    to = fields.String(required=True)


class ChannelSwitchesView(Output):
    """Which kinds of channels are used."""

    email = fields.Boolean(required=True)
    apprise = fields.Boolean(required=True)


class PreferencesView(Output):
    """What holds now."""

    channels = fields.Nested(ChannelSwitchesView, required=True)
    quiet_hours = fields.Nested(QuietHoursView, required=True, allow_none=True)
    digest = fields.Boolean(required=True)
    digest_at = fields.String(required=True, metadata={"description": "When the digest comes, in the city's time."})
    timezone = fields.String(required=True)
    most_per_hour = fields.Integer(required=True, metadata={"description": "Messages about one case in an hour."})
