"""Names of people, firms and places, and how systems write addresses: what the made-up exports are filled with."""

from __future__ import annotations

import random
from dataclasses import dataclass


def _words(text: str) -> list[str]:
    return text.split()


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one language; those first that are the most common."""

    surnames: list[str]
    men: list[str]
    women: list[str]
    towns: list[tuple[str, str]]
    streets: list[str]
    ways: tuple[str, ...]

    def given(self, r: random.Random, woman: bool) -> str:
        """A given name, the first of the list as often as in life."""
        names = self.women if woman else self.men
        return names[min(int(r.expovariate(0.07)), len(names) - 1)]


RUSSIAN = Names(
    _words(
        "Иванов Смирнов Кузнецов Попов Соколов Лебедев Козлов Новиков Морозов Петров Волков Соловьев Васильев Зайцев Павлов Семенов "
        "Голубев Виноградов Богданов Воробьев Федоров Михайлов Беляев Тарасов Белов Комаров Орлов Киселев Макаров Андреев Ковалев Ильин "
        "Гусев Титов Кузьмин Кудрявцев Баранов Куликов Алексеев Степанов Яковлев Сорокин Сергеев Романов Захаров Борисов Королев Герасимов "
        "Пономарев Григорьев Лазарев Медведев Ершов Никитин Соболев Рябов Поляков Цветков Данилов Жуков Фролов Журавлев Николаев Крылов "
        "Максимов Сидоров Осипов Белоусов Федотов Дорофеев Егоров Матвеев Бобров Дмитриев Калинин Анисимов Петухов Антонов Тимофеев "
        "Никифоров Веселов Филиппов Марков Большаков Суханов Миронов Ширяев Александров Коновалов Шестаков Казаков Ефимов Денисов Громов "
        "Фомин Давыдов Мельников Щербаков Блинов Колесников Карпов Афанасьев Власов Маслов Исаков Тихонов Аксенов Гаврилов Родионов"
    ),
    _words(
        "Александр Николай Иван Сергей Михаил Алексей Андрей Владимир Василий Дмитрий Виктор Анатолий Юрий Пётр Евгений Павел Олег Игорь "
        "Константин Григорий Валерий Вячеслав Борис Геннадий Леонид Максим Роман Денис Антон Илья Станислав Кирилл Виталий Артём Вадим Фёдор "
        "Георгий Владислав Эдуард Руслан Никита Семён Яков Степан Даниил Аркадий Лев Марат Тимур Ринат Ильдар Рустам Егор Захар Филипп Глеб"
    ),
    _words(
        "Елена Ольга Татьяна Наталья Ирина Светлана Анна Людмила Галина Мария Валентина Нина Екатерина Надежда Любовь Марина Тамара Вера Юлия "
        "Лариса Раиса Зинаида Лидия Антонина Александра Анастасия Евгения Оксана Виктория Алла Валерия Маргарита Клавдия Дарья Инна Ксения Алина "
        "Зоя Кристина Полина Вероника Жанна Римма Эльвира Гульнара Регина Альбина Яна Диана Роза"
    ),
    [
        ("Вологодская обл", "Вологда"), ("Вологодская обл", "Череповец"), ("Тверская обл", "Тверь"), ("Тверская обл", "Ржев"),
        ("Калужская обл", "Калуга"), ("Калужская обл", "Обнинск"), ("Липецкая обл", "Липецк"), ("Липецкая обл", "Елец"), ("Томская обл", "Томск"),
        ("Кировская обл", "Киров"), ("Пензенская обл", "Пенза"), ("Саратовская обл", "Саратов"), ("Саратовская обл", "Энгельс"), ("Курская обл", "Курск"),
        ("Орловская обл", "Орёл"), ("Псковская обл", "Псков"), ("Псковская обл", "Великие Луки"), ("Рязанская обл", "Рязань"), ("Удмуртская Респ", "Ижевск"),
        ("Удмуртская Респ", "Воткинск"), ("Чувашская Респ", "Чебоксары"), ("Марий Эл Респ", "Йошкар-Ола"), ("Коми Респ", "Сыктывкар"), ("Коми Респ", "Ухта"),
    ],
    _words(
        "Ленина Мира Гагарина Советская Садовая Лесная Школьная Молодёжная Центральная Новая Победы Кирова Пушкина Октябрьская Комсомольская "
        "Заречная Полевая Луговая Зелёная Чехова Горького Лермонтова Маяковского Некрасова Суворова Кутузова Калинина Фрунзе Чапаева Щорса "
        "Свердлова Дзержинского Матросова Космонавтов Строителей Энергетиков Металлургов Шахтёров Железнодорожная Вокзальная Набережная Речная "
        "Озёрная Парковая Цветочная Вишнёвая Яблоневая Берёзовая Кленовая Сосновая Солнечная Весенняя Северная Южная Восточная Западная Дальняя "
        "Красноармейская Интернациональная Пролетарская Первомайская Профсоюзная Тургенева Толстого Чайковского Менделеева Ломоносова Циолковского"
    ),
    ("ул", "ул", "ул", "пер", "пр-кт", "ш"),
)  # fmt: skip
ENGLISH = Names(
    _words(
        "Smith Jones Williams Taylor Brown Davies Evans Wilson Thomas Johnson Roberts Robinson Thompson Wright Walker White Edwards Hughes Green "
        "Hall Lewis Harris Clarke Patel Jackson Wood Turner Martin Cooper Hill Ward Morris Moore Clark Lee King Baker Harrison Morgan Allen James "
        "Scott Phillips Watson Davis Parker Price Bennett Young Griffiths Mitchell Kelly Cook Carter Richardson Bailey Collins Bell Shaw Murphy "
        "Miller Cox Richards Khan Marshall Anderson Simpson Ellis Adams Singh Begum Wilkinson Foster Chapman Powell Webb Rogers Gray Mason Ali Hunt "
        "Hussain Campbell Matthews Owen Palmer Holmes Mills Barnes Knight Lloyd Butler Russell Barker Fisher Stevens Jenkins Murray Dixon Harvey"
    ),
    _words(
        "David John Michael Peter Paul James Robert Andrew Mark Richard Stephen Christopher Thomas William Anthony Alan Ian Matthew Daniel Kevin "
        "Philip Brian Simon Graham Keith Martin George Neil Steven Jonathan Gary Colin Barry Roger Derek Raymond Kenneth Stuart Adam Edward Joseph Lee "
        "Darren Jason Craig Benjamin Samuel Luke Ryan Nathan Jack Harry Oliver Joshua Callum Liam Gareth Dean Shaun Howard Nigel Clive Trevor Malcolm "
        "Geoffrey Dennis Leonard Stanley Victor Gerald Douglas Duncan Alistair Russell Marcus Dominic Julian Hugh Ralph Desmond Terence Maurice"
    ),
    _words(
        "Susan Margaret Karen Sarah Elizabeth Patricia Jacqueline Christine Julie Helen Mary Linda Jean Amanda Tracey Deborah Emma Janet Carol Ann "
        "Nicola Lisa Alison Sandra Claire Joanne Angela Michelle Laura Rebecca Louise Sharon Rachel Catherine Barbara Victoria Samantha Jane Diane "
        "Maureen Sheila Pauline Dorothy Joan Kathleen Gillian Lorraine Heather Hannah Charlotte Jessica Lucy Emily Sophie Amy Katie Gemma Natalie Zoe "
        "Kerry Donna Wendy Paula Hazel Beverley Yvonne Marion Rosemary Frances Joyce Irene Eileen Brenda Valerie Vera Abigail Holly Georgina Naomi"
    ),
    [
        ("Suffolk", "Ipswich"), ("Suffolk", "Lowestoft"), ("Kent", "Ashford"), ("Kent", "Maidstone"), ("Dorset", "Poole"), ("Dorset", "Weymouth"),
        ("Cumbria", "Kendal"), ("Cumbria", "Barrow"), ("Surrey", "Guildford"), ("Surrey", "Woking"), ("Shropshire", "Telford"), ("Shropshire", "Oswestry"),
        ("Lincolnshire", "Boston"), ("Lincolnshire", "Grantham"), ("Wiltshire", "Swindon"), ("Wiltshire", "Salisbury"), ("Cornwall", "Truro"),
        ("Cornwall", "Penzance"), ("Tyne and Wear", "Gateshead"), ("Tyne and Wear", "Sunderland"), ("Hampshire", "Basingstoke"), ("Essex", "Harlow"),
        ("Berkshire", "Reading"), ("Northamptonshire", "Kettering"),
    ],
    _words(
        "High Station Church Victoria London Park Main Mill Queens Kings Manor Green New North South West Grange Chapel Springfield Albert School "
        "George Stanley Windsor York Chester Highfield Westfield Northfield Alexandra Richmond Grove Bridge Castle Market Orchard Priory Meadow Cedar "
        "Elm Oak Willow Beech Ash Birch Cherry Hawthorn Laurel Poplar Sycamore Rowan Holly Clarence Nelson Wellington Cambridge Oxford Durham Lincoln"
    ),
    ("Road", "Road", "Street", "Street", "Avenue", "Lane", "Close", "Gardens"),
)  # fmt: skip
FIRMS_RU = (
    _words(
        "энерго строй тепло агро транс мет хим лес вод газ инвест авто пром снаб ком нефте дорож жил гидро био тех мед"
    ),
    _words(
        "ресурс сервис монтаж групп комплект торг проект трейд инжиниринг снаб союз альянс центр мастер стандарт индустрия контракт"
    ),
)
FIRMS_EN = _words(
    "Ashdown Bramley Cotswold Dunmore Elmhurst Fairfax Glenview Highgate Ironbridge Jubilee Kingfisher Larkfield Moorland Newgate Oakdale "
    "Pennine Quayside Ridgeway Silverdale Trent Underwood Vale Wharfedale Yarrow Zenith Arden Brookside Cheviot Downing Eastwood"
)
TRADES_EN = _words(
    "Plumbing Roofing Motors Foods Textiles Carpets Windows Haulage Printing Bakeries Dairies Interiors Landscapes Joinery Electrical Stores "
    "Publishing Optical Pharmacy Cleaning Scaffolding Flooring Kitchens Garages Nurseries Timber Glazing Security Travel Catering"
)
SPEECH = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
})  # fmt: skip


def surname_ru(r: random.Random) -> str:
    """A surname that few bear."""
    begin = r.choice(
        _words(
            "Аба Бере Вере Гара Дуби Еме Жеря Зама Кара Лоба Мака Нече Ожи Пана Реше Сала Толо Уга Чеба Шумо Яро Боро Гро Пле Сте"
        )
    )
    return (
        begin
        + r.choice(_words("к н т р л д з ш гр кш льн тник рин вал лик хан мет сар тур"))
        + r.choice(("ов", "ин", "ев", "ский", "кин", "ников"))
    )


def surname_en(r: random.Random) -> str:
    """A surname that few bear."""
    begin = r.choice(
        _words(
            "Al Brad Chad Dal El Fair Gold Hat Kirk Lang Mar Nor Old Pem Rad Stan Thorn Up Wal Whit Ben Cran Hol Red Black Win"
        )
    )
    return begin + r.choice(
        _words(
            "bury combe dale field ford gate ham hurst ley low mere more pool ridge sby shaw ster stone ton wick worth"
        )
    )


def in_russian(home: tuple[str, ...], system: str, r: random.Random) -> str:
    """An address as a system writes it: (postcode, region, town, kind of street, street, house, block, flat)."""
    code, region, town, way, street, house, block, flat = home
    if system == "D":
        return f"{town}, {street} {house}{f' К.{block}' if block else ''}{f' КВ.{flat}' if flat else ''}".upper()
    if system == "C" and r.random() < 0.5:
        return f"г.{town} {way}.{street} {house}{f'/{block}' if block else ''}{f'-{flat}' if flat else ''}"
    if system == "F":
        tail = f"д. {house}{f'к{block}' if block else ''}{f', кв. {flat}' if flat else ''}"
        return f"{region}, {town}, {street} {way}, {tail}"
    if system in "CE":
        tail = f"дом {house}{f', корпус {block}' if block else ''}{f', квартира {flat}' if flat else ''}"
        return f"{region}, {town} г, {street} {way}, {tail}{f', {code}' if system == 'E' else ''}"
    if system == "A" and r.random() < 0.3:
        return f"{code} {town}, {way}. {street}, {house}{f'к{block}' if block else ''}{f', {flat}' if flat else ''}"
    tail = f"д. {house}{f', корп. {block}' if block else ''}{f', кв. {flat}' if flat else ''}"
    return f"{code}, {f'{region}, ' if system == 'A' else ''}г. {town}, {way}. {street}, {tail}"


def in_english(home: tuple[str, ...], system: str, r: random.Random) -> str:
    """An address as a system writes it, of the same parts."""
    code, region, town, way, street, house, _, flat = home
    if system == "D":
        return f"{f'FLAT {flat}, ' if flat else ''}{house} {street} {way} {town} {code.replace(' ', '')}".upper()
    if system in "CE":
        short = {"Street": "St", "Road": "Rd", "Avenue": "Ave", "Lane": "Ln"}.get(way, way)
        line = f"{f'{flat}/' if flat else ''}{house} {street} {short}"
        return f"{line}, {town}, {region}" + (f", {code}" if system == "E" else "")
    front = f"Flat {flat}, " if flat else ""
    if system == "A" and flat and r.random() < 0.2:
        return f"{house}, Flat {flat} {street} {way}, {town}, {code}"
    tail = {"F": region, "B": code}.get(system, f"{region}, {code}")
    return f"{front}{house} {street} {way}, {town}, {tail}"
