"""The people of the emulated Telegram, for tests and for the chat page.

    ada = emulator.people.create_person("Ada", language="en")
    welcome = await ada.ask("/start")            # sends it, returns the bot's next message
    answer = await ada.press_button("Subscribe")  # returns the bot's answer, with its toast
    await ada.wait_until(lambda chat: "Done" in chat[-1].text)
    ada.messages()                               # all messages of the chat, oldest first
    ada.block_bot()                              # from now on the bot gets 403

    lab = emulator.people.create_group("Lab", ada)
    lab.add_bot()
    ada.send_text("/digest", lab)

People act at once; the bot's reaction is awaited without sleeping. ``ask``, ``press_button`` and
``wait_until`` fail after ten seconds with a transcript of the chat.
"""

from bot.demo.emulator.telegram_state import Chat, TelegramState, User
from bot.demo.people.groups_and_channels import GroupOrChannel
from bot.demo.people.person import Person


class People:
    """The people and groups of one emulated Telegram."""

    def __init__(self, state: TelegramState) -> None:
        self.state = state
        self.persons: dict[int, Person] = {}
        self.groups: dict[int, GroupOrChannel] = {}

    def create_person(
        self, name: str = "Ada", *, language: str = "en", has_started_bot: bool = False
    ) -> Person:
        """Create a person; ``has_started_bot`` means they wrote to the bot before."""
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
        """Create a basic group."""
        return self._add_group(
            Chat(-self.state.next_number("group") - 1000, "group", title), owner, members
        )

    def create_supergroup(
        self, title: str, owner: Person, *members: Person, is_forum: bool = False
    ) -> GroupOrChannel:
        """Create a supergroup, with topics if it is a forum."""
        chat_id = -1_000_000_000_000 - self.state.next_number("supergroup")
        chat = Chat(chat_id, "supergroup", title, is_forum=is_forum)
        return self._add_group(chat, owner, members)

    def create_channel(self, title: str, owner: Person, *, username: str = "") -> GroupOrChannel:
        """Create a channel."""
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
