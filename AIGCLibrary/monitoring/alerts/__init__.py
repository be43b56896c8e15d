"""Who is notified, and when: pending, firing, resolved; grouped, repeated, silenced, inhibited; sent by one of many.

rules.py      what slo.yaml says under alerts, silences, inhibit, notify
manager.py    AlertManager: conditions -> states -> messages in the outbox
outbox.py     one sender among many processes, retries, a bounded end
bots.py       DingTalk, WeCom, Feishu, Lark
channels.py   webhook (signed), bots, apprise for all others
texts.py      the messages, in English and Chinese
"""
