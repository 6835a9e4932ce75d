"""Puts thousands of made-up letters before whose-letter decisions: every way a sender is named, and every trap.

    python benchmarks/sender_stress.py WORLD [--letters 200] [--noise 0.0] [--seed 1]

For each mode, that many letters are written for random customers of the world's directory (strangers included), in
wordings of our own. Prints per mode how many were filed, filed wrongly, named rightly and wrongly. `--noise` is the
share of signs that a reader of pictures gets wrong.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from dedup.adapters.in_memory import DirectoryInMemory, load_profiles
from dedup.ports import PersonName, Profile
from intake.stages import Letter, PageReading, ReadLetter
from intake.steps.recognise import recognise_customer

_ACCOUNT = {
    "ru": ("лиц. счёт №", "абонентский номер", "Л/С", "лицевой счет:", "номер лицевого счёта", "по счёту", "ЛС"),
    "en": ("Customer number", "account", "A/C no.", "my reference", "Acct:", "on account number", "Customer ref."),
}
_BODY = {
    "ru": (
        "Прошу сообщить, почему в квитанции за март выросла сумма. Заранее спасибо за ответ.",
        "Направляю показания: 12345. Прошу принять к расчёту.",
        "Ждём вашего мастера уже вторую неделю, просим назначить время.",
    ),
    "en": (
        "Kindly tell me why the bill for March has gone up. Thank you for an early answer.",
        "I am sending the reading 12345 and ask you to use it.",
        "We have waited for your engineer for two weeks; please name a day.",
    ),
}
_TWINS = {"0": "О", "О": "0", "1": "l", "l": "1", "5": "S", "8": "В", "3": "З", "6": "б", "и": "н", "н": "и", "rn": "m",
          "о": "а", "e": "c", "с": "е", "i": "l", "a": "o", "7": "1", "п": "л", "ш": "щ", "t": "f", "h": "b"}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A made-up letter. `owner`: whose it is; None where nobody may be filed. `fileable`: whether filing is right."""

    text: str
    owner: int | None
    fileable: bool


class Writer:
    """Writes letters in one language from one population."""

    def __init__(self, profiles: list[Profile], language: str, rng: random.Random) -> None:
        self.people = [p for p in profiles if p.kind == "person"]
        self.everyone = profiles
        self.language, self.rng = language, rng
        self.by_home: dict[str, list[Profile]] = defaultdict(list)
        self.by_name: Counter[tuple[str, str]] = Counter()
        for p in profiles:
            self.by_home[p.addresses[0] if p.addresses else ""].append(p)
            self.by_name[_short(p)] += 1

    def pick(self, wanted: Callable[[Profile], object] = bool) -> Profile:
        """A random customer of whom this is true, whose name nobody shares at their address."""
        while True:
            p = self.rng.choice(self.everyone)
            home = self.by_home[p.addresses[0]] if p.addresses else []
            if p.addresses and wanted(p) and sum(_short(q) == _short(p) for q in home) == 1:
                return p

    def name(self, p: Profile) -> str:
        """A name as its bearer writes it."""
        if p.kind == "organisation":
            form = self.rng.choice(("ООО «{}»", "АО «{}»") if self.language == "ru" else ("{} Ltd", "{} Limited"))
            return form.format(p.organisations[0])
        n = p.persons[0]
        if self.language == "en":
            first = self.rng.choice((n.given, f"{n.given} {n.middle}".strip()))
            return self.rng.choice((f"{first} {n.surname}", f"Mr {n.given} {n.surname}", f"{n.surname}, {n.given}"))
        return self.rng.choice((f"{n.surname} {n.given} {n.middle}", f"{n.given} {n.middle} {n.surname}")).strip()

    def address(self, text: str) -> str:
        """An address in some spelling, on one line or more."""
        short = self.rng.choice((0, 0, 1, 2))
        if self.language == "ru":
            parts = [x.strip() for x in text.split(",")]
            if short:
                parts = parts[2:] if self.rng.random() < 0.5 else [parts[0], *parts[2:]]
                out = ", ".join(parts).replace("ул. ", "улица ").replace("д. ", "дом ").replace("кв. ", "квартира ")
                return out if short == 1 else out.replace("дом ", "").replace("квартира ", "").replace("корп. ", "к")
            return self.rng.choice((text, text.replace(", г.", ",\nг."), text.upper()))
        out = text.replace("Street", "St").replace("Road", "Rd") if short else text
        return out.replace(", ", "\n", 1) if short == 2 else self.rng.choice((out, out.replace(", ", ",\n", 2)))

    def letter(self, who: str, lines: list[str], signature: str | None = None) -> str:
        """A letter with these lines in its head, in some order."""
        rng, ru = self.rng, self.language == "ru"
        label = rng.choice(
            ("Заявитель: ", "От: ", "от ", "Абонент: ", "ФИО: ") if ru else ("From: ", "Customer: ", "Name: ")
        )
        if not ru and ("," in who or who.startswith("Mr")):
            label = "Name: "
        company = "ПАО «Ток и Тепло»" if ru else "Light and Heat Supply plc"
        head = [company, *rng.sample([label + who, *lines], len(lines) + 1)]
        closing = [rng.choice(("С уважением,", "Спасибо.")) if ru else rng.choice(("Yours faithfully,", "Regards,"))]
        return "\n".join(
            [*head, "", rng.choice(_BODY[self.language]), "12.05.2026", *closing, signature or self.initials(who)]
        )

    def initials(self, who: str) -> str:
        """A signature of a full name."""
        if "," in who:
            who = " ".join(reversed(who.split(", ")))
        words = who.replace("Mr ", "").split()
        if words[-1] in ("Ltd", "Limited") or "«" in who:
            return "Director" if self.language == "en" else "Директор"
        if self.language == "en":
            return f"{words[0][0]}. {words[-1]}"
        return f"{words[0]} {words[1][0]}.{words[2][0]}." if len(words) > 2 else who

    def account_line(self, number: str) -> str:
        """An account with some label."""
        return f"{self.rng.choice(_ACCOUNT[self.language])} {number}"

    def address_line(self, text: str) -> str:
        """An address with some label or none."""
        return self.rng.choice(
            ("Адрес: ", "Проживаю по адресу: ") if self.language == "ru" else ("Address: ", "")
        ) + self.address(text)

    # ---- what is right to file

    def account(self) -> Made:
        p = self.pick(lambda p: p.accounts)
        return Made(self.letter(self.name(p), [self.account_line(self.rng.choice(p.accounts))]), p.id, True)

    def name_address(self) -> Made:
        p = self.pick()
        return Made(self.letter(self.name(p), [self.address_line(p.addresses[0])]), p.id, True)

    def near_account(self) -> Made:
        p = self.pick(lambda p: p.accounts)
        number = self.slip(self.rng.choice(p.accounts))
        return Made(
            self.letter(self.name(p), [self.account_line(number), self.address_line(p.addresses[0])]), p.id, True
        )

    def meter(self) -> Made:
        p = self.pick(lambda p: p.meters)
        line = ("Прибор учёта № " if self.language == "ru" else "Meter ") + p.meters[0]
        return Made(self.letter(self.name(p), [line]), p.id, True)

    def signature_only(self) -> Made:
        p = self.pick(lambda p: p.kind == "person" and p.accounts)
        n = p.persons[0]
        who = f"{n.surname} {n.given} {n.middle}".strip() if self.language == "ru" else f"{n.given} {n.surname}"
        body = [self.account_line(p.accounts[0]) + ".", self.rng.choice(_BODY[self.language])]
        return Made("\n".join([*body, "", who, p.phones[0] if p.phones else ""]), p.id, True)

    def genitive(self) -> Made:
        """A Russian name in the genitive; in English, simply from."""
        p = self.pick(lambda p: p.kind == "person" and p.accounts)
        n = p.persons[0]
        if self.language == "en":
            return self.account()
        who = f"от {_genitive(n.surname)} {_genitive(n.given)} {_genitive(n.middle)}"
        text = "\n".join(
            [
                "Начальнику отдела",
                who,
                self.address_line(p.addresses[0]),
                "",
                _BODY["ru"][0],
                self.initials(f"{n.surname} {n.given} {n.middle}"),
            ]
        )
        return Made(text, p.id, True)

    def letter_head(self) -> Made:
        """Name and address stand at the head without a word beside them; the signature has initials."""
        p = self.pick(lambda p: p.kind == "person")
        n = p.persons[0]
        who = f"{n.surname} {n.given} {n.middle}".strip() if self.language == "ru" else f"{n.given} {n.surname}"
        company = "ПАО «Ток и Тепло»" if self.language == "ru" else "Light and Heat Supply plc"
        lines = [
            who,
            self.address(p.addresses[0]),
            "",
            company,
            "",
            self.rng.choice(_BODY[self.language]),
            "12.05.2026",
        ]
        return Made("\n".join([*lines, self.initials(who)]), p.id, True)

    # ---- what must not be filed

    def wrong_account(self) -> Made:
        p, other = self.pick(), self.pick(lambda p: p.accounts)
        lines = [self.account_line(other.accounts[0]), *([self.address_line(p.addresses[0])] * self.rng.randint(0, 1))]
        return Made(self.letter(self.name(p), lines), p.id, False)

    def spouses_account(self) -> Made:
        p = self.pick(
            lambda p: p.kind == "person" and any(q.accounts and q.id != p.id for q in self.by_home[p.addresses[0]])
        )
        other = next(q for q in self.by_home[p.addresses[0]] if q.id != p.id and q.accounts)
        return Made(
            self.letter(self.name(p), [self.account_line(other.accounts[0]), self.address_line(p.addresses[0])]),
            p.id,
            False,
        )

    def namesakes(self) -> Made:
        homes = [h for h in self.by_home.values() if len({_whole(p) for p in h}) < len({(_whole(p), p.id) for p in h})]
        p = next(
            p for p in self.rng.choice(homes) if sum(_whole(q) == _whole(p) for q in self.by_home[p.addresses[0]]) > 1
        )
        return Made(self.letter(self.name(p), [self.address_line(p.addresses[0])]), None, False)

    def stranger_at_home(self) -> Made:
        """A relative who is no customer: the surname and the address of one."""
        p, q = self.pick(lambda p: p.kind == "person"), self.pick(lambda p: p.kind == "person")
        n, given = p.persons[0], q.persons[0]
        name = replace(p, persons=(PersonName(n.surname, given.given, given.middle),))
        if given.given == n.given or any(
            q.persons and q.persons[0].given == given.given for q in self.by_home[p.addresses[0]]
        ):
            return self.stranger_at_home()
        return Made(self.letter(self.name(name), [self.address_line(p.addresses[0])]), None, False)

    def namesake_elsewhere(self) -> Made:
        """A customer's name at somebody else's address."""
        p, q = self.pick(lambda p: p.kind == "person"), self.pick()
        if any(_short(r) == _short(p) for r in self.by_home[q.addresses[0]]):
            return self.namesake_elsewhere()
        return Made(self.letter(self.name(p), [self.address_line(q.addresses[0])]), None, False)

    def unknown_account(self) -> Made:
        p = self.pick(lambda p: p.kind == "person")
        number = "99" + "".join(self.rng.choice("0123456789") for _ in range(9))
        return Made(self.letter(self.name(p), [self.account_line(number)]), None, False)

    def former_owner(self) -> Made:
        """A stranger has bought a customer's flat and names them."""
        p, q = self.pick(lambda p: p.kind == "person"), self.pick(lambda p: p.kind == "person")
        n = q.persons[0]
        stranger = replace(
            q, persons=(PersonName(n.surname + ("ский" if self.language == "ru" else "worth"), n.given, n.middle),)
        )
        text = self.letter(self.name(stranger), [self.address_line(p.addresses[0])])
        old = self.name(p)
        note = f"Прежний собственник — {old}." if self.language == "ru" else f"The former owner was {old}."
        return Made(text.replace("\n12.05.2026", f" {note}\n12.05.2026"), None, False)

    def proxy(self) -> Made:
        """A customer acts for another customer whose account is quoted."""
        p, q = self.pick(lambda p: p.kind == "person"), self.pick(lambda p: p.kind == "person" and p.accounts)
        note = f"Действую по доверенности от {self.name(q)}." if self.language == "ru" else f"I act for {self.name(q)}."
        text = self.letter(self.name(p), [self.account_line(q.accounts[0])])
        return Made(text.replace("\n12.05.2026", f" {note}\n12.05.2026"), q.id, False)

    def slip(self, number: str) -> str:
        """One digit wrong."""
        at = self.rng.choice([i for i, c in enumerate(number) if c.isdigit()])
        return number[:at] + self.rng.choice([d for d in "0123456789" if d != number[at]]) + number[at + 1 :]


MODES = ("account", "name_address", "near_account", "meter", "signature_only", "genitive", "letter_head", "wrong_account", "spouses_account",
         "namesakes", "stranger_at_home", "namesake_elsewhere", "unknown_account", "former_owner", "proxy")  # fmt: skip


def _short(p: Profile) -> tuple[str, str]:
    return (p.persons[0].surname, p.persons[0].given) if p.persons else (p.organisations[0], "")


def _whole(p: Profile) -> tuple[str, ...]:
    return (*_short(p), p.persons[0].middle if p.persons else "")


def _genitive(word: str) -> str:
    for end, to in (("ский", "ского"), ("ская", "ской"), ("ый", "ого"), ("ий", "ия"), ("ия", "ии"), ("на", "ны"), ("ва", "вой"),
                    ("а", "ы"), ("я", "и"), ("й", "я"), ("ь", "я"), ("о", "о"), ("их", "их")):  # fmt: skip
        if word.endswith(end):
            return word[: -len(end)] + to
    return word + "а"


def noisy(text: str, share: float, rng: random.Random) -> str:
    """The text as a bad reader of pictures gives it."""
    out = []
    for c in text:
        if c == "\n" or rng.random() >= share:
            out.append(c)
            continue
        out.append(rng.choice(("", c + rng.choice(".,'`"), _TWINS.get(c, c), _TWINS.get(c, c), _TWINS.get(c, c))))
    return "".join(out)


def main() -> None:
    """Parse the command line, write, measure, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world", type=Path)
    parser.add_argument("--letters", type=int, default=200)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", default="")
    a = parser.parse_args()
    truth = a.world / "truth"
    profiles = load_profiles(truth / "directory.csv", truth / "strangers.csv.gz")
    directory = DirectoryInMemory(profiles)
    rng = random.Random(a.seed)
    writer = Writer(profiles, "ru" if a.world.name.endswith("ru") else "en", rng)
    table = {}
    for mode in MODES:
        counts: Counter[str] = Counter()
        for _ in range(a.letters):
            made = getattr(writer, mode)()
            text = noisy(made.text, a.noise, rng)
            read = ReadLetter(Letter(1, 1, 1, None, None, ()), (PageReading(1, text, (), "markup", 1.0),))
            answer = recognise_customer(read, directory)
            what = "none" if answer.customer_id is None else "right" if answer.customer_id == made.owner else "wrong"
            counts[what] += 1
            counts["filed"] += answer.certain
            bad = answer.certain and (answer.customer_id != made.owner)
            counts["misfiled"] += bad
            counts["filed_but_doubtful"] += answer.certain and not made.fileable and not bad
            if a.show == mode and (
                bad
                or (what == "wrong")
                or (not made.fileable and answer.certain)
                or (made.fileable and what != "right")
            ):
                print(
                    "=" * 30,
                    what,
                    made.owner,
                    answer.customer_id,
                    answer.reason,
                    answer.certain,
                    round(answer.margin_bits, 1),
                )
                print(text)
                for e in answer.evidence:
                    print("    ", e.datum, "|", e.words, "|", e.weight_bits)
        table[mode] = dict(counts)
        print(mode, json.dumps(table[mode]))


if __name__ == "__main__":
    main()
