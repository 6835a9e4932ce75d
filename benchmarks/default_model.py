"""The model of likeness that comes with the program, learnt from made-up people and firms in both alphabets.

    python -m benchmarks.default_model [--persons 60000] [--seed 1]

Writes dedup/linkage/default_model.json. Common names are the common ones of both languages, so that they weigh little; the
rare ones are made of syllables. To be run anew whenever levels, passes, normalisation or training change.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from archive.directory_file import COLUMNS
from benchmarks.made_customers import World, households, inn, records_of
from dedup.linkage.matching import train
from dedup.linkage.model import Model

TARGET = Path(__file__).parents[1] / "dedup" / "linkage" / "default_model.json"


def _words(text: str) -> list[str]:
    return text.split()


_SURNAMES = _words(
    "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Федоров Морозов Волков Алексеев Лебедев Семенов "
    "Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев Соловьев Борисов Яковлев Григорьев "
    "Романов Воробьев Сергеев Кузьмин Фролов Александров Дмитриев Королев Гусев Киселев Ильин Максимов Поляков Сорокин "
    "Виноградов Ковалев Белов Медведев Антонов Тарасов Жуков Баранов Филиппов Комаров Давыдов Беляев Герасимов Богданов "
    "Осипов Сидоров Матвеев Титов Марков Миронов Крылов Куликов Карпов Власов Мельников Денисов Гаврилов Тихонов Казаков "
    "Афанасьев Данилов Савельев Тимофеев Фомин Чернов Абрамов Мартынов Ефимов Федотов Щербаков Назаров Калинин Исаев "
    "Чернышев Быков Маслов Родионов Коновалов Лазарев Воронин Климов Филатов Пономарев Голубев Кудрявцев Прохоров Наумов",
)
_LATIN = _words(
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts Green "
    "Hall Thomas Clarke Jackson Wood Harris Edwards Turner Martin Cooper Hill Ward Hughes Moore Clark King Harrison Lewis "
    "Baker Lee Allen Morris Khan Scott Watson Davis Parker James Bennett Young Phillips Richardson Mitchell Bailey Carter "
    "Cook Singh Shaw Bell Collins Morgan Kelly Begum Miller Cox Hussain Marshall Simpson Price Anderson Adams Wilkinson "
    "Ahmed Foster Ellis Murphy Chapman Mason Gray Richards Webb Rogers Palmer Hunt Mills Holmes Campbell Barker Matthews "
    "Owen Lloyd Butler Russell Barnes Knight Reynolds Fisher Stevens Jenkins Murray Dixon Harvey",
)
_LATIN_MEN = _words(
    "James John David Michael Paul Andrew Peter Robert Mark Richard Stephen Thomas William Daniel Christopher Matthew Ian "
    "Alan Kevin Anthony Graham Simon George Philip Joseph Adam Edward Martin Neil Jack Oliver Harry Samuel Benjamin Luke",
)
_LATIN_WOMEN = _words(
    "Susan Margaret Sarah Jean Karen Patricia Elizabeth Mary Julie Helen Jacqueline Christine Emma Anne Laura Claire Rachel "
    "Lisa Amanda Catherine Emily Jessica Charlotte Hannah Lucy Rebecca Alison Joanne Victoria Nicola Olivia Grace Sophie Ruth",
)
_MORE_MEN = _words(
    "Justin Jason Graeme Russell Keith Darren Glenn Martyn Stanley Jonathan Stuart Gareth Craig Lee Scott Wayne Shaun Sean Colin "
    "Barry Roger Brian Derek Raymond Kenneth Donald Ronald Douglas Gordon Norman Leslie Eric Frank Albert Arthur Walter Ernest "
    "Gerald Howard Trevor Nigel Clive Malcolm Geoffrey Gary Jeremy Julian Dominic Timothy Nicholas Patrick Alexander Alfred "
    "Bernard Bradley Callum Carl Charles Connor Dean Dennis Duncan Dylan Ethan Gavin Henry Hugh Jake Jamie Joel Jordan Joshua "
    "Kyle Lewis Liam Louis Marcus Max Nathan Owen Ralph Rhys Rory Ross Ryan Toby Tony Victor Vincent Warren Mohammed Ahmed"
)
_MORE_WOMEN = _words(
    "Lorraine Heather Dorothy Joan Barbara Sheila Janet Carol Linda Sandra Sharon Tracey Michelle Deborah Diane Angela Maria "
    "Lesley Wendy Gillian Hazel Maureen Pamela Brenda Doreen Joyce Irene Marjorie Hilda Edith Florence Alice Amy Beth Bethany "
    "Chloe Georgia Holly Jade Jasmine Jenna Jennifer Jodie Katherine Kathleen Katie Kelly Kerry Kimberley Kirsty Leanne Lauren "
    "Louise Lynn Lynne Megan Melanie Melissa Molly Naomi Natalie Natasha Paula Penelope Pauline Rosemary Rose Ruby Samantha "
    "Sally Stephanie Suzanne Tina Vanessa Yvonne Zoe Fatima Aisha"
)
_MORE_GIVEN_M = _words(
    "Константин Вадим Вячеслав Станислав Артём Денис Кирилл Виталий Анатолий Василий Геннадий Борис Григорий Леонид Валерий "
    "Владислав Ярослав Эдуард Альберт Даниил Георгий Пётр Фёдор Семён Ринат Ильдар Марат Рустам Тагир Ренат Айрат Тимофей"
)
_MORE_GIVEN_F = _words(
    "Надежда Любовь Анастасия Алина Кристина Виктория Евгения Маргарита Раиса Лидия Антонина Вероника Ксения Диана Эльвира "
    "Гульнара Альбина Анжела Яна Регина Зинаида Клавдия Александра Валерия София Элина Снежана Карина Василиса"
)
_TOWNS = (
    "Ashcombe",
    "Rowanbridge",
    "Elmstead",
    "Oakhampton",
    "Thornbury",
    "Alderton",
    "Hazelmere",
    "Birchwick",
    "Maplesea",
)
_STREETS = (
    "Mill",
    "Orchard",
    "Castle",
    "Church",
    "Station",
    "Victoria",
    "Park",
    "Manor",
    "Kingsway",
    "Grange",
    "Queens",
    "Bridge",
)
_WAYS = ("Street", "Road", "Lane", "Avenue", "Close", "Drive")
_FORMS = ("ООО", "АО", "ИП", "Ltd", "LLP")
_TRADES = _words(
    "Заря Восход Прогресс Энергия Строитель Меридиан Горизонт Партнер Альянс Ресурс Сервис Торг Монтаж Проект Транзит Фермер "
    "Sunrise Meridian Harbour Summit Beacon Crescent Pioneer Sterling Granite Orchard Timber Foundry Bakery Dairy Garage",
)


def main() -> None:
    """Learn the model and write it where the package keeps it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    model = made(asked.persons, asked.seed)
    TARGET.write_text(model.to_json(), encoding="utf-8")
    print(f"{TARGET.name}: {model.version}, from {model.records:,} records, {TARGET.stat().st_size:,} bytes")


def made(persons: int, seed: int) -> Model:
    """Answer the model of so many made-up persons. One seed, one model."""
    rows = list(every_row(persons, seed))
    random.Random(seed).shuffle(rows)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            lines = csv.DictWriter(out, COLUMNS, restval="", extrasaction="ignore")
            lines.writeheader()
            lines.writerows(row | {"source_id": str(at)} for at, row in enumerate(rows))
        model = train([file], Path(folder) / "work", lambda what, done, total: None)
    # What too many of the made-up share is nobody's junk.
    return replace(model, junk={})


def every_row(persons: int, seed: int) -> Iterator[dict[str, str]]:
    """Answer the records of people in both alphabets, and of one firm for twenty people."""
    world = _World(persons * 2 // 3, random.Random(seed))
    world.surnames[: len(_SURNAMES)] = _SURNAMES
    for family in households(world):
        for person in family:
            yield from records_of(person, world)
    latin = random.Random(seed + 1)
    for _ in range(persons // 6):
        yield from _latin_family(latin)
    for number in range(persons // 20):
        yield from _firm(latin, number)


class _World(World):
    """The world of the benchmarks with more given names: a model should know those that it will meet."""

    def given(self, woman: bool) -> str:
        """A given name; one in three is of the longer list."""
        if self.random.random() < 0.33:
            return self.random.choice(_MORE_GIVEN_F if woman else _MORE_GIVEN_M)
        return super().given(woman)


def _latin_family(r: random.Random) -> Iterator[dict[str, str]]:
    common = r.random() < 0.5
    usual = r.choice(_LATIN) if r.random() < 0.3 else _LATIN[min(int(r.expovariate(0.04)), len(_LATIN) - 1)]
    surname = usual if common else _made_up(r)
    home = _latin_home(r)
    shared, meter, born = _digits(r, 10), _digits(r, 8), r.randrange(1940, 1985)
    names: set[str] = set()
    for at in range(r.choices((1, 2, 3, 4), (0.4, 0.35, 0.15, 0.1))[0]):
        given = _other_name(r, names)
        year = born + r.randrange(-6, 7) if at < 2 else born + r.randrange(20, 36)
        person = {
            "kind": "person", "surname": surname, "given_name": given,
            "patronymic": r.choice(_LATIN_MEN + _LATIN_WOMEN) if r.random() < 0.5 else "",
            "birth_date": f"{year}-{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d}",
            "phones": shared if r.random() < 0.3 else _digits(r, 10),
            "emails": f"{given}.{surname}{r.randrange(1000)}@post.example".lower(),
            "address": home, "accounts": _digits(r, 10), "contracts": f"C{_digits(r, 7)}", "meters": meter,
        }  # fmt: skip
        for system in r.sample("GHIJK", r.choices((1, 2, 3), (0.5, 0.33, 0.17))[0]):
            yield _spoilt(person, r) | {"system": system}


def _other_name(r: random.Random, names: set[str]) -> str:
    while True:
        usual, more = r.choice(((_LATIN_MEN, _MORE_MEN), (_LATIN_WOMEN, _MORE_WOMEN)))
        given = r.choice(more) if r.random() < 0.4 else usual[min(int(r.expovariate(0.09)), len(usual) - 1)]
        if given not in names:
            names.add(given)
            return given


def _made_up(r: random.Random) -> str:
    begin, midst = r.choice(_words("Br Cl D Fl Gr H K L M N P R S T V W")), r.choice(_words("a e i o u ea oo ai"))
    return (
        begin
        + midst
        + r.choice(_words("ck ll mm nn rr st lt nd rk"))
        + r.choice(("er", "ington", "ham", "ley", "wood", "man", "by", "well", "ton"))
    )


def _latin_home(r: random.Random) -> str:
    flat = f"Flat {r.randrange(1, 60)}, " if r.random() < 0.4 else ""
    street = f"{r.randrange(1, 180)} {r.choice(_STREETS)}{r.choice(('', 'field', 'gate'))} {r.choice(_WAYS)}"
    town = r.choice(_TOWNS)
    return f"{flat}{street}, {town}, {town[:2].upper()}{r.randrange(1, 30)} {r.randrange(1, 10)}{r.choice('ABDEFG')}{r.choice('HJLNP')}"


def _spoilt(person: dict[str, str], r: random.Random) -> dict[str, str]:
    row = dict(person)
    for name, share in (("birth_date", 0.12), ("phones", 0.15), ("emails", 0.5), ("accounts", 0.3), ("contracts", 0.6), ("meters", 0.6), ("address", 0.06)):  # fmt: skip
        if r.random() < share:
            row[name] = ""
    if r.random() < 0.3:
        row["accounts"] = _digits(r, 10)
    for name in ("surname", "given_name"):
        if r.random() < 0.05 and len(row[name]) > 3:
            at = r.randrange(1, len(row[name]) - 1)
            row[name] = row[name][:at] + r.choice(("", row[name][at] * 2, r.choice("aeiour"))) + row[name][at + 1 :]
    for name in ("birth_date", "phones"):
        if row[name] and r.random() < 0.03:
            at = len(row[name]) - r.choice((1, 2))
            row[name] = row[name][:at] + str(r.randrange(10)) + row[name][at + 1 :]
    if r.random() < 0.05:
        row["given_name"], row["patronymic"] = row["given_name"][:1] + ".", row["patronymic"][:1]
    if r.random() < 0.05:
        row["address"] = _latin_home(r)
    return row


def _firm(r: random.Random, number: int) -> Iterator[dict[str, str]]:
    """A firm, one in four with a branch of its own address and the same tax id."""
    form, word = (
        r.choice(_FORMS),
        f"{r.choice(_TRADES)} {r.choice(_TRADES)}" if r.random() < 0.6 else r.choice(_TRADES) + f" {_made_up(r)}",
    )
    tax = _digits(r, 10) if form in ("Ltd", "LLP") else inn(_digits(r, 10))
    for branch in range(2 if r.random() < 0.25 else 1):
        name = f"{word} {branch + 1}" if branch else word
        home, phone, account = _latin_home(r), _digits(r, 10), _digits(r, 11)
        for system in r.sample("ABGH", r.choices((1, 2, 3), (0.5, 0.33, 0.17))[0]):
            written = f"{form} «{name}»" if r.random() < 0.7 else f"{name}, {form}"
            yield {
                "system": system, "kind": "organisation", "full_name": written.upper() if r.random() < 0.2 else written,
                "tax_id": tax if r.random() < 0.8 else "", "phones": phone if r.random() < 0.7 else "",
                "address": home if r.random() < 0.9 else "", "accounts": account if r.random() < 0.6 else _digits(r, 11),
            }  # fmt: skip


def _digits(r: random.Random, count: int) -> str:
    return str(r.randrange(10 ** (count - 1), 10**count))


if __name__ == "__main__":
    main()
