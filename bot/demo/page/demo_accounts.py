"""The people and places that the demo's page begins with."""

import json
from importlib.resources import files

from bot.demo.page.view import View
from bot.demo.people.people import People


def enter(people: People, view: View) -> None:
    """Bring in three people, a group and a channel; the first of them owns both places.

    All have read what was said so far, so that a mark of the unread means something new.
    """
    cast = json.loads(files(__package__).joinpath("demo_accounts.json").read_text("utf-8"))
    persons = {name: people.person(name, language=code) for name, code in cast["people"].items()}
    owner, *others = persons.values()
    group = people.supergroup(cast["group"], owner, *others)
    group.add_bot()
    for name, text in cast["talk"]:
        persons[name].say(text, group)
    channel = people.channel(cast["channel"], owner, username=cast["username"])
    channel.add_bot(is_administrator=True)
    channel.post(cast["post"])
    for other in others:
        channel.join(other.user)
    for person in persons.values():
        for place in (group, channel):
            view.reads(person, place.chat)
