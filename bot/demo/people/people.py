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

from bot.demo.emulator.telegram_state import Chat, TelegramState, User
from bot.demo.people.person import Person
from bot.demo.people.places import GroupOrChannel


class People:
    """The people and places of one emulated Telegram."""

    def __init__(self, state: TelegramState) -> None:
        self.state = state
        self.persons: dict[int, Person] = {}
        self.groups: dict[int, GroupOrChannel] = {}

    def create_person(
        self, name: str = "Ada", *, language: str = "en", has_started_bot: bool = False
    ) -> Person:
        """Make a person; ``has_started_bot`` says that they have talked to the bot before."""
        user_id = 700_000_000 + self.state.next_number("person")
        user = User(user_id, name, f"{name.lower()}_{user_id % 1000}", language)
        if not user.username.isascii() or not user.username.isidentifier():
            user.username = ""
        chat = Chat(user_id, "private", name, user.username)
        if has_started_bot:
            chat.members[self.state.bot.id] = "member"
        self.state.users[user_id] = user
        self.state.chats[user_id] = chat
        self.persons[user_id] = Person(self.state, user, chat)
        return self.persons[user_id]

    def create_group(self, title: str, owner: Person, *members: Person) -> GroupOrChannel:
        """Make a basic group."""
        return self._add_group(
            Chat(-self.state.next_number("group") - 1000, "group", title), owner, members
        )

    def create_supergroup(
        self, title: str, owner: Person, *members: Person, is_forum: bool = False
    ) -> GroupOrChannel:
        """Make a supergroup, with topics if it is a forum."""
        chat_id = -1_000_000_000_000 - self.state.next_number("supergroup")
        chat = Chat(chat_id, "supergroup", title, is_forum=is_forum)
        return self._add_group(chat, owner, members)

    def create_channel(self, title: str, owner: Person, *, username: str = "") -> GroupOrChannel:
        """Make a channel."""
        chat_id = -1_000_500_000_000 - self.state.next_number("channel")
        return self._add_group(Chat(chat_id, "channel", title, username), owner, ())

    def _add_group(self, chat: Chat, owner: Person, members: tuple[Person, ...]) -> GroupOrChannel:
        chat.members[owner.id] = "creator"
        for member in members:
            chat.members[member.id] = "member"
        self.state.chats[chat.id] = chat
        self.groups[chat.id] = GroupOrChannel(self.state, chat, owner.user)
        return self.groups[chat.id]


__all__ = ["GroupOrChannel", "People", "Person"]
