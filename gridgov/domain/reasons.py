"""What became of a notice, and why, in words for people: every state and every reason that the ledger may hold."""

from collections.abc import Mapping

from gridgov.domain.errors import Text

STATES: Mapping[str, Text] = {
    "delivered": Text("shown in the application", "已在系统内显示"),
    "pending": Text("waits to be sent", "等待发送"),
    "collected": Text("waits for the digest", "等待汇总"),
    "sent": Text("sent", "已发送"),
    "not_sent": Text("not sent", "未发送"),
    "failed": Text("could not be sent", "发送失败"),
}

REASONS: Mapping[str, Text] = {
    "address_disabled": Text("the address is switched off", "该地址已停用"),
    "capped": Text("six messages about this case within the hour are enough", "同一案件一小时内已发送六条"),
    "digest": Text("with the digest of eight o'clock", "随每日八点汇总发送"),
    "email_off": Text("the city has no mail server", "本市未配置邮件服务器"),
    "gone": Text("the receiver said that it is gone for good (410)", "接收方已永久关闭（410）"),
    "inactive": Text("the account is closed", "账号已停用"),
    "no_address": Text("no e-mail address is known", "没有邮箱地址"),
    "opted_out": Text("the person has switched this channel off", "本人已关闭该渠道"),
    "quiet_hours": Text("waits for the end of the quiet hours", "等待免打扰时段结束"),
    "rang_within_the_hour": Text("did not ring: it rang within the hour", "未响铃：一小时内已响过"),
    "undeliverable": Text("every try failed", "多次尝试均失败"),
    "webhook_off": Text("the webhook is switched off", "该网络回调已停用"),
}


def said_of(reason: str | None) -> Text | None:
    """The reason in words; an unknown one as it stands, None for none."""
    return None if reason is None else REASONS.get(reason, Text(reason, reason))
