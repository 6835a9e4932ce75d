"""Made-up letters of made-up customers: texts of about 2 kB in Russian and English, and what the archive notes of them.

A few hundred words do most of the work, as in every language; names, addresses, numbers and rare words do the rest. The
same number gives the same letter whatever else is made.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from made_up import Customer, words

SIZE = 1150
"""Characters of a whole letter: some 2 kB in Russian."""
_SALT = 0x1E77E2
_FIRST_DAY, _DAYS = date(2022, 1, 10), 1700
_OPENINGS = {
    "ru": (
        "Прошу рассмотреть моё обращение и дать письменный ответ в установленный срок.",
        "Обращаюсь к вам повторно, так как на прошлое письмо ответа не последовало.",
        "Довожу до вашего сведения следующее.",
        "Прошу принять меры и сообщить о результатах по указанному телефону.",
        "В связи с полученным уведомлением сообщаю следующее.",
    ),
    "en": (
        "I am writing about my account and would be glad of an answer in writing.",
        "I write to you again, for my last letter was not answered.",
        "Please look into the matter described below.",
        "Thank you for your notice, to which I answer as follows.",
        "I should be grateful if you would let me know what happens next.",
    ),
}
_WORDS = {
    "ru": (
        "счётчик показание оплата квитанция задолженность перерасчёт договор тариф начисление период прибор учёт поверка "
        "пломба замена монтаж мощность подключение отключение напряжение авария ремонт подъезд квартира собственник "
        "наследство регистрация выписка паспорт доверенность представитель заявление жалоба претензия ответ обращение "
        "инспектор акт проверка нарушение норматив водоснабжение отопление батарея температура давление труба стояк "
        "протечка подвал крыша электричество освещение розетка кабель щиток автомат предохранитель трансформатор столб "
        "линия участок дача гараж склад магазин контора предприятие бухгалтерия директор печать подпись срок дата месяц "
        "квартал год копия оригинал приложение реквизиты банк перевод карта переплата возврат пеня рассрочка субсидия "
        "льгота ветеран пенсионер семья ребёнок сосед управляющая компания совет собрание протокол решение суд иск "
        "повестка уведомление письмо почта телефон адрес сайт кабинет пароль ошибка причина основание порядок правило "
        "закон постановление комиссия отдел начальник специалист диспетчер мастер бригада график выезд доступ вызов "
        "оборудование запорный клапан фильтр насос котельная магистраль колодец люк изоляция утеплитель термометр "
        "датчик модем связь передача архив журнал запись номер серия модель изготовитель гарантия износ шум запах "
        "вибрация искрение нагрев скачок перебой простой ущерб холодильник компенсация оценка смета работа услуга"
    ),
    "en": (
        "meter reading payment bill arrears recalculation contract tariff charge period account supply inspection seal "
        "replacement fitting capacity connection disconnection voltage outage repair hallway flat owner inheritance "
        "registration certificate passport authority agent application complaint claim answer request inspector record "
        "check breach standard water heating radiator temperature pressure pipe riser leak cellar roof electricity "
        "lighting socket cable board breaker fuse transformer pole line plot garage warehouse shop office company "
        "ledger director stamp signature term date month quarter year copy original enclosure details bank transfer card "
        "overpayment refund penalty instalment subsidy discount veteran pensioner family child neighbour managing agent "
        "council meeting minutes decision court summons notice letter post telephone address website portal password "
        "mistake reason ground procedure rule law order commission department manager adviser dispatcher engineer crew "
        "schedule visit access call equipment valve filter pump boiler main shaft cover insulation thermometer sensor "
        "modem signal archive journal entry number series model maker warranty wear noise smell vibration spark heat "
        "surge break standstill damage refrigerator compensation estimate quotation work service tenant landlord deposit"
    ),
}  # fmt: skip
_LITTLE = {
    "ru": words("и в на не что по с о к за от для также однако поскольку который этот данный указанный прошлый весь наш мой уже снова до без при после"),
    "en": words("the a of to in and for that with on at from this which by our my last again not was has been since before after without under all"),
}  # fmt: skip
_ENDINGS = ("", "а", "у", "ом", "е", "ы", "ов", "ами", "ах")
_VOWELS = "аеиоуыьяёйю"
_BEADS = {
    "ru": words("ба ве ги до жу за ки ло му не по ра со ту фе ха це чу ша щё эл юр яр бри гла дро кле сти пря"),
    "en": words("bar cel dim fol gur han jel kim lor mun nep pol ras sol tum vel wex yor zan bri cla dre gli sto"),
}  # fmt: skip
TYPES = (
    "meter_reading", "recalculation_request", "payment_dispute", "quality_complaint", "invoice", "contract_copy",
    "debt_answer", "new_connection", "meter_replacement_act", "power_increase", "authority_inquiry", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """One made-up letter: its text, and what intake would have found in it."""

    number: int
    text: str
    type: str
    received_on: date
    account: str


class _Language:
    """The words of a language, those said often first."""

    def __init__(self, name: str) -> None:
        chance = random.Random(name)
        forms = [form for word in _WORDS[name].split() for form in _forms(word, name)]
        chance.shuffle(forms)
        rare = ["".join(chance.choices(_BEADS[name], k=chance.choice((2, 3, 3, 4)))) for _ in range(12_000)]
        self.words = [*_LITTLE[name], *forms, *rare]
        # Source: Zipf's law, shifted (Mandelbrot) so that the commonest word is no third of every text.
        self.weights = list(accumulate((place + 6) ** -1.15 for place in range(len(self.words))))
        self.openings = _OPENINGS[name]

    def sentence(self, chance: random.Random) -> str:
        """So many words, a full stop."""
        words = chance.choices(self.words, cum_weights=self.weights, k=chance.randrange(6, 16))
        return f"{words[0].capitalize()} {' '.join(words[1:])}."


def _forms(word: str, language: str) -> list[str]:
    if language == "en":
        return [word, f"{word}s"]
    stem = word.rstrip(_VOWELS) or word
    return [word, *(stem + ending for ending in _ENDINGS if ending)]


_LANGUAGES = {name: _Language(name) for name in ("ru", "en")}


def letter(number: int, sender: Customer, size: int = SIZE, type_: str = "") -> Letter:
    """The letter of this number, from this customer."""
    chance = random.Random(number * 15_485_863 ^ _SALT)
    language = _LANGUAGES[sender.language]
    day = _FIRST_DAY + timedelta(days=chance.randrange(_DAYS))
    russian = sender.language == "ru"
    account = sender.account
    head = [
        ("От: " if russian else "From: ") + sender.full_name,
        sender.address,
        ("Лицевой счёт № " if russian else "Account number: ") + account,
        day.strftime("%d.%m.%Y" if russian else "%d/%m/%Y"),
        "",
        chance.choice(language.openings),
    ]
    lines, length = head, sum(map(len, head))
    while length < size:
        paragraph = " ".join(language.sentence(chance) for _ in range(chance.randrange(2, 5)))
        lines.append(paragraph)
        length += len(paragraph)
    if sender.meters and chance.random() < 0.5:
        lines.append(f"{'Прибор учёта' if russian else 'Meter'} {sender.meters}: {chance.randrange(99_999)}")
    lines.append(("С уважением, " if russian else "Yours faithfully, ") + sender.full_name)
    return Letter(number, "\n".join(lines), type_ or chance.choice(TYPES), day, account)
