"""The people, group and channel that the demo starts with."""

import json
from importlib.resources import files

from bot.demo.page.view import PageView
from bot.demo.people.people import People


def create_demo_accounts(people: People, view: PageView) -> None:
    """Create three people, a group and a channel; the first person owns both.

    All messages are marked as read, so that an unread mark means something new.
    """
    accounts = json.loads(files(__package__).joinpath("demo_accounts.json").read_text("utf-8"))
    persons = {
        speaker: people.create_person(speaker, language=language_code)
        for speaker, language_code in accounts["people"].items()
    }
    owner, *members = persons.values()
    group = people.create_supergroup(accounts["group"], owner, *members)
    group.add_bot()
    for speaker, said_text in accounts["talk"]:
        persons[speaker].send_text(said_text, group)
    channel = people.create_channel(accounts["channel"], owner, username=accounts["username"])
    channel.add_bot(is_administrator=True)
    channel.post_message(accounts["post"])
    for member in members:
        channel.set_member(member.user)
    for person in persons.values():
        for group_or_channel in (group, channel):
            view.mark_read(person, group_or_channel.chat)
