"""What people do in the emulated Telegram, as short sentences for tests and for the chat page.

    ada = emulator.people.person("Ada", language="en")
    welcome = await ada.ask("/start")              # says it, gives the bot's next message
    answer = await ada.press("Subscribe")          # gives the toast of the bot's answer
    await ada.until(lambda chat: "Done" in chat[-1].text)
    ada.reads()                                    # all messages of the chat, oldest first
    ada.blocks()                                   # from now on the bot gets 403

    lab = emulator.people.group("Lab", ada)
    lab.add_bot()
    ada.say("/digest", lab)

Everything a person does happens at once; what the bot does in turn is awaited, without sleeping:
``ask``, ``press``, ``until`` give up after ten seconds with a transcript of the chat.
"""

from bot.demo.emulator.telegram_state import Chat, User, World
from bot.demo.people.person import Person
from bot.demo.people.places import Place


class People:
    """The people and places of one emulated Telegram."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.persons: dict[int, Person] = {}
        self.places: dict[int, Place] = {}

    def person(self, name: str = "Ada", *, language: str = "en", is_known: bool = False) -> Person:
        """Make a person; ``is_known`` says that they have talked to the bot before."""
        number = 700_000_000 + self.world.number("person")
        user = User(number, name, f"{name.lower()}_{number % 1000}", language)
        if not user.username.isascii() or not user.username.isidentifier():
            user.username = ""
        chat = Chat(number, "private", name, user.username)
        if is_known:
            chat.members[self.world.bot.id] = "member"
        self.world.users[number] = user
        self.world.chats[number] = chat
        self.persons[number] = Person(self.world, user, chat)
        return self.persons[number]

    def group(self, title: str, owner: Person, *members: Person) -> Place:
        """Make a basic group."""
        return self._place(Chat(-self.world.number("group") - 1000, "group", title), owner, members)

    def supergroup(
        self, title: str, owner: Person, *members: Person, is_forum: bool = False
    ) -> Place:
        """Make a supergroup, with topics if it is a forum."""
        number = -1_000_000_000_000 - self.world.number("supergroup")
        chat = Chat(number, "supergroup", title, is_forum=is_forum)
        return self._place(chat, owner, members)

    def channel(self, title: str, owner: Person, *, username: str = "") -> Place:
        """Make a channel."""
        number = -1_000_500_000_000 - self.world.number("channel")
        return self._place(Chat(number, "channel", title, username), owner, ())

    def _place(self, chat: Chat, owner: Person, members: tuple[Person, ...]) -> Place:
        chat.members[owner.id] = "creator"
        for member in members:
            chat.members[member.id] = "member"
        self.world.chats[chat.id] = chat
        self.places[chat.id] = Place(self.world, chat, owner.user)
        return self.places[chat.id]


__all__ = ["People", "Person", "Place"]
