"""The people and places at the page: whose chats, what is unread, which menu, who may do what."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.page import demo_accounts
from bot.demo.page.view import visible_commands
from bot.demo.people.people import GroupOrChannel, Person
from tests.support.clock import FakeClock

See = Callable[..., Awaitable[JsonObject]]
Do = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def client(clock: FakeClock) -> AsyncIterator[tuple[Emulator, httpx.AsyncClient]]:
    """An emulator with the demo's cast, and a client at its page."""
    emulator = Emulator(now=clock.now)
    demo_accounts.create_demo_accounts(emulator.people, emulator.page.view)
    transport = httpx.ASGITransport(app=emulator.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
        yield emulator, web


@pytest.fixture
def cast(client: tuple[Emulator, httpx.AsyncClient]) -> Emulator:
    """The emulator with the demo's people in it."""
    return client[0]


@pytest.fixture
def see(client: tuple[Emulator, httpx.AsyncClient]) -> See:
    """Gives what a person sees in a chat."""

    async def state(person: Person, place: GroupOrChannel | None = None) -> JsonObject:
        where = {"person": person.id, "chat": place.id if place else person.id}
        page_state: JsonObject = (await client[1].get("/page/state", params=where)).json()
        return page_state

    return state


@pytest.fixture
def do(client: tuple[Emulator, httpx.AsyncClient]) -> Do:
    """Lets a person do something in a chat."""

    async def act(
        action: str, person: Person, place: GroupOrChannel | None = None, **fields: Json
    ) -> httpx.Response:
        where = {"person": person.id, "chat": place.id if place else person.id}
        return await client[1].post(f"/page/do/{action}", params=where, json=fields)

    return act


def people(emulator: Emulator) -> list[Person]:
    return list(emulator.people.persons.values())


def places(emulator: Emulator) -> list[GroupOrChannel]:
    return list(emulator.people.groups.values())


def listed(state: JsonObject, name: str = "type") -> list[Json]:
    chats = state["chats"]
    assert isinstance(chats, list)
    return [chat[name] for chat in chats if isinstance(chat, dict)]


async def test_each_person_has_the_bot_a_group_and_a_channel(cast: Emulator, see: See) -> None:
    languages = set()
    for person in people(cast):
        state = await see(person)

        assert listed(state) == ["private", "supergroup", "channel"]
        assert state["messages"] == []
        languages.add(person.user.language_code)
    assert languages == {"en", "zh"}


async def test_the_first_person_leads_the_places(cast: Emulator, see: See) -> None:
    ada, lin, _ = people(cast)

    assert listed(await see(ada), "leads") == [False, True, True]
    assert listed(await see(lin), "leads") == [False, False, False]
    assert listed(await see(lin), "canWrite") == [True, True, False]
    assert listed(await see(lin), "bot")[1:] == ["member", "administrator"]


async def test_what_others_said_is_unread_until_it_is_read(
    cast: Emulator, see: See, do: Do
) -> None:
    ada, lin, _ = people(cast)
    group, _ = places(cast)

    before = listed(await see(ada), "unread")
    lin.send_text("one more", group)
    ada.send_text("mine", group)
    then = listed(await see(ada), "unread")
    await do("read", ada, group)

    assert before == [0, 0, 0]
    assert then == [0, 1, 0]
    assert listed(await see(ada), "unread") == [0, 0, 0]


async def test_the_channel_takes_posts_of_its_owner_only(cast: Emulator, do: Do) -> None:
    ada, lin, _ = people(cast)
    _, channel = places(cast)
    waiting = len(cast.state.updates)

    posted = await do("say", ada, channel, text="/sub robots")
    refused = await do("say", lin, channel, text="/sub robots")

    assert (posted.status_code, refused.status_code) == (200, 400)
    assert len(cast.state.updates) == waiting + 1


async def test_a_stranger_sees_no_place(cast: Emulator, see: See) -> None:
    eve = cast.people.create_person("Eve")
    group, _ = places(cast)

    state = await see(eve, group)

    assert listed(state) == ["private"]
    chat = state["chat"]
    assert isinstance(chat, dict)
    assert chat["id"] == eve.id


async def test_an_invitation_brings_the_bot_in_and_says_its_payload(cast: Emulator, do: Do) -> None:
    ada, lin, _ = people(cast)
    group, _ = places(cast)
    await do("remove", ada, group)
    assert group.chat.members[cast.state.bot.id] == "kicked"

    refused = await do("add", lin, group, payload="")
    await do("add", ada, group, payload="topic_1")

    assert refused.status_code == 400
    assert group.chat.members[cast.state.bot.id] == "member"
    assert ada.messages(group)[-1].text == f"/start@{cast.state.bot.username} topic_1"


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ({("default", ""): "d"}, ("d", "d", "d", "d")),
        ({("default", ""): "d", ("default", "zh"): "汉"}, ("d", "汉", "d", "汉")),
        ({("all_private_chats", ""): "p", ("default", "zh"): "汉"}, ("p", "p", "", "汉")),
        ({("all_group_chats", ""): "g", ("all_chat_administrators", ""): "a"}, ("", "", "a", "g")),
        ({("chat:{lab}:", ""): "l", ("all_chat_administrators", ""): "a"}, ("", "", "l", "l")),
        (
            {("chat_administrators:{lab}:", ""): "L", ("chat:{lab}:", ""): "l"},
            ("", "", "L", "l"),
        ),
        ({("chat_member:{lab}:{lin}", "zh"): "我", ("default", ""): "d"}, ("d", "d", "d", "我")),
    ],
)
def test_the_menu_is_that_of_the_narrowest_scope(
    cast: Emulator, scopes: dict[tuple[str, str], str], expected: tuple[str, ...]
) -> None:
    """Ada and 林悦, each in the private chat and in the group that Ada owns."""
    ada, lin, _ = people(cast)
    group, _ = places(cast)
    for (scope, language), name in scopes.items():
        key = scope.format(lab=group.id, lin=lin.id), language
        cast.state.command_menus[key] = [{"command": name, "description": name}]

    menus = [
        visible_commands(cast.state, chat, person.user)
        for chat in (None, group.chat)
        for person in (ada, lin)
        for chat in [chat or person.chat]
    ]

    assert tuple(menu[0]["command"] if menu else "" for menu in menus) == expected
