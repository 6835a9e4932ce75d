"""Made-up customers of any number, Russian and English, and what is drawn from the same seed: places, numbers, branches.

Everything is put together from the lists of this file; a number gives the same customer whatever else is made, so that
letters can be written of customers that are not in memory.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


def words(text: str) -> list[str]:
    """A list written as a text, which is the shorter for it."""
    return text.split()


BRANCHES = tuple(f"{number:02d}" for number in range(1, 51))
RUSSIAN_SHARE = 0.7
_SALT = 0x5CA1E
_ORGANISATIONS = 0.04
_SHARE_A_HOME = 3  # customers whose numbers are next to each other live together, as many as this

_STEMS = words(
    "Авер Багр Бахм Белоз Брус Вальц Верш Ворож Гагар Глуш Горел Дроб Дымк Егорч Ерш Жбан Живот Завьял Зубар Иваш "
    "Кадыш Калуг Карас Клоч Ковыл Кольч Коноп Корж Кряж Кузьм Лаврент Лебяж Лопух Лукош Мальц Маслен Медун Мостов Мохн "
    "Мякиш Назар Нечай Никон Облап Овсян Окун Палаш Панкрат Перш Пимен Плотв Полын Посох Прокош Пряж Радищ Ракит Родион "
    "Рогож Рябин Савель Садов Сапож Скворц Сморч Соболь Солод Стриж Сухар Таволг Телег Терех Толок Торб Травк Тулуп "
    "Угрюм Ушак Федос Филат Хвост Хомяч Цапл Чащ Черемх Чулк Шалаш Шапош Шелест Шиш Шорник Щавел Щегл Юдаш Ямщик Ясен"
)
_SUFFIXES = (("ов", "ова"), ("ев", "ева"), ("ин", "ина"), ("ихин", "ихина"), ("ников", "никова"), ("ский", "ская"),
             ("енко", "енко"), ("ук", "ук"))  # fmt: skip
_MEN = words(
    "Адам Аким Алексей Анатолий Андрей Антип Аркадий Артём Богдан Борис Вадим Валентин Василий Виктор Виталий Владимир "
    "Вячеслав Геннадий Герман Глеб Григорий Даниил Денис Дмитрий Евгений Егор Ефим Захар Иван Игнат Илья Кирилл Клим "
    "Константин Лев Леонид Макар Максим Марк Матвей Никита Олег Павел Пётр Роман Савва Семён Сергей Тарас Тимофей Фёдор "
    "Харитон Эдуард Юрий Яков Ярослав"
)
_WOMEN = words(
    "Агата Аглая Алина Алла Анастасия Ангелина Анна Антонина Валентина Варвара Василиса Вера Вероника Виктория Галина "
    "Дарья Диана Евгения Екатерина Елена Жанна Зинаида Злата Инна Ирина Карина Кира Клавдия Ксения Лариса Лидия Любовь "
    "Людмила Майя Маргарита Марина Мария Надежда Наталья Нина Оксана Ольга Полина Раиса Римма Светлана София Таисия "
    "Тамара Татьяна Ульяна Фаина Юлия Яна"
)
_FATHERS = words(
    "Адамов Акимов Алексеев Андреев Антипов Артёмов Богданов Борисов Вадимов Валентинов Викторов Владимиров Германов "
    "Глебов Данилов Денисов Евгеньев Егоров Ефимов Захаров Иванов Игнатов Климов Константинов Леонидов Макаров Максимов "
    "Марков Матвеев Олегов Павлов Петров Романов Семёнов Сергеев Тарасов Тимофеев Фёдоров Эдуардов Юрьев Яковлев"
)
_STREETS = words(
    "Абрикосовая Аптечная Базарная Берёзовая Вишнёвая Водопроводная Восточная Гончарная Грибная Дачная Дорожная Дубовая "
    "Еловая Железнодорожная Заводская Заречная Западная Земляничная Каменная Кирпичная Кленовая Кольцевая Короткая "
    "Красивая Кузнечная Лесная Липовая Луговая Малиновая Мельничная Мостовая Набережная Новая Облачная Овражная Озёрная "
    "Огородная Ольховая Парковая Паромная Песчаная Пихтовая Плотничья Подгорная Полевая Почтовая Придорожная Пушистая "
    "Радужная Речная Родниковая Рыночная Рябиновая Садовая Северная Сиреневая Солнечная Сосновая Станционная Степная "
    "Строителей Тихая Тополиная Травяная Трудовая Угловая Учителей Фабричная Хвойная Хлебная Цветочная Центральная "
    "Черёмуховая Школьная Шёлковая Энергетиков Южная Ягодная Ямская Ясная"
)
_TOWNS = words(
    "Берёзовск Верхнеозёрск Ветрогорск Водополье Горнозаречье Дальнебор Дубовск Ельники Жаворонки Заозёрск Зарянск "
    "Каменобродск Кедровка Ключегорск Красноручейск Кулички Ладогорье Листвянск Лугоград Междулесье Мельниково Моховое "
    "Нижнебережск Новоключевск Озерки Ольховец Перелески Песчаногорск Полянск Порожки Приволье Раздолье Родникино "
    "Светлоярье Синегорье Соснополье Старокаменск Тихоречье Травники Черноречье Ясногорск"
)
_BEGINNINGS = words(
    "Alder Ash Barrow Beck Birch Brad Bram Brook Burn Cart Chal Clay Crof Dal Dun East Ed Elm Farn Field Fox Gar Glad "
    "Green Had Hart Hazel Heath Hol Kel Kir Lang Lark Lin Long Mar Mead Mil Nor Oak Pen Quar Rad Rush Sax Shaw Stan Stock "
    "Swan Thorn Tre Under Wain Wal West Whit Wil Wood Wyn Yar"
)
_ENDINGS = words(
    "bourne burn by combe croft dale den field ford gate ham hurst ley low man mere more ridge shaw stead ton well worth"
)
_BOYS = words(
    "Adrian Alec Alistair Barnaby Bernard Brian Callum Cedric Clive Colin Conrad Derek Duncan Edgar Ernest Felix Fergus "
    "Gareth Gerald Gilbert Gordon Graham Harvey Hector Ivor Jasper Keith Kenneth Leonard Malcolm Marcus Neville Nigel "
    "Oscar Percy Quentin Ralph Reginald Rodney Roland Rupert Sidney Stanley Terence Trevor Vernon Wallace Wilfred"
)
_GIRLS = words(
    "Agnes Alma Audrey Beatrice Beryl Brenda Cecily Clara Constance Cora Daphne Delia Doreen Edith Elsie Enid Esther Fay "
    "Flora Freda Gemma Gwen Harriet Hilda Ida Imogen Iris Ivy Janet Joyce Judith Lorna Mabel Marjorie Maud Millicent "
    "Muriel Nadine Nora Olive Pamela Pearl Phyllis Rhoda Rosalind Sylvia Thelma Ursula Vera Winifred"
)
_ROADS = words(
    "Avenue Close Court Crescent Drive Gardens Grove Hill Lane Place Road Row Square Street Terrace Walk Way"
)
_TRADES = {
    "ru": ("Торг", "Строй", "Агро", "Тепло", "Лес", "Транс", "Мебель", "Хлеб", "Метал", "Сервис", "Дом", "Аква"),
    "en": ("Trading", "Builders", "Farms", "Heating", "Timber", "Haulage", "Furniture", "Bakery", "Metals", "Services"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customer:
    """One made-up customer, under the columns of a customer file."""

    number: int
    language: str
    kind: str
    surname: str
    given_name: str
    patronymic: str
    full_name: str
    birth_date: str
    tax_id: str
    phones: str
    emails: str
    address: str
    accounts: str
    contracts: str
    points_of_delivery: str
    meters: str
    branch: str

    @property
    def account(self) -> str:
        """The first account."""
        return self.accounts.partition(";")[0]

    @property
    def source_id(self) -> str:
        """What the customer file calls it."""
        return f"M{self.number:08d}"

    def row(self) -> tuple[str, ...]:
        """The cells under `HEAD`."""
        own = (self.kind, self.surname, self.given_name, self.patronymic, self.full_name, self.birth_date, self.tax_id)
        held = (self.accounts, self.contracts, self.points_of_delivery, self.meters, self.branch)
        return ("made_up", self.source_id, *own, self.phones, self.emails, self.address, *held)


HEAD = ("system", "source_id", "kind", "surname", "given_name", "patronymic", "full_name", "birth_date", "tax_id", "phones",
        "emails", "address", "accounts", "contracts", "points_of_delivery", "meters", "branch")  # fmt: skip


def customers(count: int) -> Iterator[Customer]:
    """Customers 1 to `count`."""
    return (customer(number) for number in range(1, count + 1))


def customer(number: int) -> Customer:
    """The customer of this number, always the same one."""
    chance = random.Random(number * 7919 ^ _SALT)
    home = random.Random(number // _SHARE_A_HOME * 104_729 ^ _SALT)
    language = "ru" if home.random() < RUSSIAN_SHARE else "en"
    family = home.random()  # who lives together mostly has one surname
    branch, address = home.choice(BRANCHES), _address(home, language)
    if chance.random() < _ORGANISATIONS:
        return _organisation(number, chance, language, address, branch)
    same = chance.random() < 0.7
    surname, given, patronymic = _person(chance, language, random.Random(family) if same else chance)
    whole = f"{surname} {given} {patronymic}".strip()
    return Customer(number, language, "person", surname, given, patronymic, whole, _birth_date(chance),
                    _digits(chance, 12) if chance.random() < 0.4 else "", _phone(chance), _mail(chance, number),
                    address, *_held(number, chance), branch)  # fmt: skip


def _person(chance: random.Random, language: str, family: random.Random) -> tuple[str, str, str]:
    woman = chance.random() < 0.52
    if language == "en":
        surname = family.choice(_BEGINNINGS) + family.choice(_ENDINGS)
        names = _GIRLS if woman else _BOYS
        return surname, chance.choice(names), chance.choice(names) if chance.random() < 0.4 else ""
    stem, suffix = family.choice(_STEMS), family.choice(_SUFFIXES)
    father = chance.choice(_FATHERS) + ("на" if woman else "ич")
    return stem + suffix[woman], chance.choice(_WOMEN if woman else _MEN), father


def _organisation(number: int, chance: random.Random, language: str, address: str, branch: str) -> Customer:
    trade = chance.choice(_TRADES[language])
    if language == "ru":
        name = f"ООО «{chance.choice(_STEMS)}{trade.lower()} {chance.randrange(1, 999)}»"
    else:
        name = f"{chance.choice(_BEGINNINGS)}{chance.choice(_ENDINGS)} {trade} Ltd"
    return Customer(number, language, "organisation", "", "", "", name, "", _digits(chance, 10), _phone(chance),
                    _mail(chance, number), address, *_held(number, chance), branch)  # fmt: skip


def _address(home: random.Random, language: str) -> str:
    house, flat = home.randrange(1, 140), home.randrange(1, 320)
    if language == "en":
        town = home.choice(_BEGINNINGS) + home.choice(_ENDINGS)
        road = f"{home.choice(_BEGINNINGS)}{home.choice(_ENDINGS)} {home.choice(_ROADS)}"
        return f"Flat {flat}, {house} {road}, {town}" if home.random() < 0.4 else f"{house} {road}, {town}"
    return f"{_digits(home, 6)}, г. {home.choice(_TOWNS)}, ул. {home.choice(_STREETS)}, д. {house}, кв. {flat}"


def _held(number: int, chance: random.Random) -> tuple[str, str, str, str]:
    """Accounts, contracts, points of delivery, meters: made from the customer's number, so nobody has another's."""
    accounts = [_spread(number, 11)]
    if chance.random() < 0.12:
        accounts.append(_spread(number, 11, 1))
    contract = f"{chance.randrange(10, 99)}-Э-{_spread(number, 8)}" if chance.random() < 0.3 else ""
    point = _spread(number, 18, 2) if chance.random() < 0.3 else ""
    meter = _spread(number, 9, 3) if chance.random() < 0.85 else ""
    return ";".join(accounts), contract, point, meter


def _spread(number: int, digits: int, which: int = 0) -> str:
    """A number of so many digits for each customer, all different and in no order."""
    size = 10**digits
    return f"{(number * 4 + which) * 6_364_136_223_846_793 % size:0{digits}d}"


def _digits(chance: random.Random, count: int) -> str:
    return str(chance.randrange(10 ** (count - 1), 10**count))


def _phone(chance: random.Random) -> str:
    return f"9{_digits(chance, 9)}" if chance.random() < 0.8 else ""


def _mail(chance: random.Random, number: int) -> str:
    return f"box{number}@{chance.choice(('inbox', 'post', 'letters'))}.example" if chance.random() < 0.4 else ""


def _birth_date(chance: random.Random) -> str:
    return (date(1935, 1, 1) + timedelta(days=chance.randrange(25_000))).isoformat()
