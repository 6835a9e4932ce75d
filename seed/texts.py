"""What the seed's letters say. One entry a letter: its type, its heading and its paragraphs, written for the seed.

Slots in braces are filled by `letters.compose`: {day} is before the letter was written, {due} after it; {other} is another
person's name, {meter} a device that no customer has.
"""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """The wording of one letter. `table` rows are printed as a table after the first paragraph."""

    language: str
    document_type: str
    heading: str
    paragraphs: tuple[str, ...]
    table: tuple[tuple[str, ...], ...] = ()


TEXTS: dict[str, Text] = {
    "ru_reading": Text(
        "ru",
        "meter_reading",
        "Показания",
        (
            "Добрый день! Передаю показания электросчётчика за {month}: {reading}. Снято {day}, чужих цифр не переписываю.",
        ),
    ),
    "ru_reading_firm": Text(
        "ru",
        "meter_reading",
        "Ведомость показаний",
        (
            "Направляем показания приборов учёта за {month}. Показания сняты ответственным за электрохозяйство {day}.",
            "Просим учесть их при выставлении счёта.",
        ),
        (("Прибор", "Начальное", "Конечное"), ("Ввод 1", "12870", "14215"), ("Ввод 2", "39002", "40118")),
    ),
    "ru_reading_night": Text(
        "ru",
        "meter_reading",
        "",
        (
            "День {reading}, ночь 11904. Это на {day}. По телефону второй день занято, поэтому пишу. Запишите, пожалуйста, чтобы не начислили по среднему.",
        ),
    ),
    "ru_cold": Text(
        "ru",
        "quality_complaint",
        "Жалоба",
        (
            "С {day} в квартире холодно, батареи еле тёплые, на градуснике пятнадцать. Спим в свитерах, внучка кашляет.",
            "Прошу прислать мастера, замерить температуру в комнатах и наладить отопление в нашем стояке.",
        ),
    ),
    "ru_voltage": Text(
        "ru",
        "quality_complaint",
        "О плохом напряжении",
        (
            "По вечерам лампочки горят вполнакала, холодильник гудит и не запускается, насос не качает воду. Тестер показывает 165 вольт.",
            "Диспетчер обещал бригаду ещё {day}, никто не приехал. Просим разобраться с трансформатором на нашей улице.",
        ),
    ),
    "ru_new": Text(
        "ru",
        "new_connection",
        "Заявка",
        (
            "Поставили дом на участке, где электричества никогда не было. Прошу подключить его к вашим сетям: {kw} кВт, три фазы.",
            "Ближайшая опора стоит у ворот соседа, метрах в двадцати. Сообщите, какие нужны бумаги и сколько это стоит.",
        ),
    ),
    "ru_new_firm": Text(
        "ru",
        "new_connection",
        "О выдаче технических условий",
        (
            "Предприятие начинает строительство склада на участке с номером {number}. Сетей там нет.",
            "Просим выдать технические условия на присоединение {kw} кВт по третьей категории надёжности и проект договора.",
        ),
    ),
    "ru_power": Text(
        "ru",
        "power_increase",
        "Заявление",
        (
            "Купили электрокотёл, а выделено нам всего 5 кВт, и автомат вылетает каждый вечер. Прошу увеличить разрешённую мощность до {kw} кВт.",
            "Дом давно подключён, ввод менять согласны за свой счёт.",
        ),
    ),
    "ru_power_firm": Text(
        "ru",
        "power_increase",
        "Об увеличении мощности",
        (
            "В связи с установкой второй печи нагрузка пекарни возрастёт. Просим увеличить максимальную мощность существующего присоединения до {kw} кВт.",
            "Расчёт нагрузок прилагаем.",
        ),
    ),
    "ru_takeover": Text(
        "ru",
        "takeover_application",
        "Заявление",
        (
            "Не стало прежнего хозяина ({other}), на которого был открыт лицевой счёт. Наследство оформлено на меня, живу в этой квартире. Прошу переоформить договор на меня.",
            "Копию свидетельства прилагаю.",
        ),
    ),
    "ru_takeover_firm": Text(
        "ru",
        "takeover_application",
        "О смене арендатора",
        (
            "С {day} помещение, которое занимала прежняя фирма, арендуем мы. Договор аренды и акт передачи приложены.",
            "Просим заключить договор энергоснабжения с нами без отключения и на прежних условиях.",
        ),
    ),
    "ru_recalc": Text(
        "ru",
        "recalculation_request",
        "Заявление о перерасчёте",
        (
            "С {day} пришлось сорок дней провести в больнице, дома никого не было. А квитанция пришла как обычно, на {sum} руб.",
            "Прошу сделать перерасчёт за это время. Выписка приложена.",
        ),
    ),
    "ru_recalc_tariff": Text(
        "ru",
        "recalculation_request",
        "",
        (
            "Мне начисляют по городскому тарифу, хотя в доме электроплита и газа нет. Плита узаконена, справка у вас есть. Пересчитайте, пожалуйста, с {day} и уменьшите сумму в следующей квитанции.",
        ),
    ),
    "ru_payment": Text(
        "ru",
        "payment_dispute",
        "Пропал платёж",
        (
            "Платёж {sum} руб. сделан {day} через банк, чек сохранился, а в личном кабинете пусто, и пени растут.",
            "Найдите мои деньги, зачислите их на счёт и уберите пени.",
        ),
    ),
    "ru_payment_twice": Text(
        "ru",
        "payment_dispute",
        "Возврат",
        (
            "Одна и та же сумма, {sum} руб., списалась с карты дважды с разницей в минуту. Прошу вернуть лишнее на карту, а не засчитывать вперёд.",
        ),
    ),
    "ru_debt": Text(
        "ru",
        "debt_answer",
        "Ответ на уведомление",
        (
            "Пришло ваше предупреждение о долге {sum} руб. Долг признаю, на работе сокращение. Прошу разрешить выплатить его за полгода.",
            "Первый взнос сделаю {due}. Прошу свет не отключать.",
        ),
    ),
    "ru_debt_firm": Text(
        "ru",
        "debt_answer",
        "Гарантийное письмо",
        (
            "На ваше требование сообщаем: задолженность {sum} руб. возникла из-за задержки бюджетного финансирования и будет погашена до {due}.",
            "Оплату гарантируем, просим ограничение не вводить.",
        ),
    ),
    "ru_authority": Text(
        "ru",
        "authority_inquiry",
        "ЗАПРОС",
        (
            "В отделении находится исполнительное производство № {number}. Прошу в семидневный срок сообщить, есть ли договор энергоснабжения с должником и какие платежи поступали от него с {day}.",
            "За непредставление сведений предусмотрена ответственность.",
        ),
    ),
    "ru_contract": Text(
        "ru",
        "contract_copy",
        "ДОГОВОР ЭНЕРГОСНАБЖЕНИЯ",
        (
            "Поставщик обязуется подавать потребителю электрическую энергию, а потребитель обязуется принимать её и оплачивать по действующему тарифу.",
            "1. Расчётный период равен календарному месяцу. 2. Показания передаются с 20 по 25 число. 3. Пломбы хранит потребитель.",
            "4. Договор действует с {due} и продлевается на каждый следующий год. 5. Составлен в двух экземплярах, по одному для каждой стороны.",
        ),
    ),
    "ru_invoice": Text(
        "ru",
        "invoice",
        "СЧЁТ НА ОПЛАТУ № {number}",
        (
            "Просим оплатить потреблённые услуги за {month}.",
            "Оплатить до {due}. В назначении платежа укажите номер счёта.",
        ),
        (
            ("Услуга", "Объём", "Тариф", "Сумма"),
            ("Электроэнергия", "312 кВт·ч", "5,92", "1 847,04"),
            ("Отопление", "1,14 Гкал", "2 104,00", "2 398,56"),
            ("Итого", "", "", "4 245,60"),
        ),
    ),
    "ru_act": Text(
        "ru",
        "meter_replacement_act",
        "АКТ замены прибора учёта",
        (
            "Составлен {day} в том, что у потребителя снят старый счётчик и установлен новый № {meter}.",
            "Показание снятого прибора {reading}, начальное показание нового 00000. Поставлена пломба № {number}. Замечаний у потребителя нет.",
        ),
    ),
    "ru_attorney": Text(
        "ru",
        "power_of_attorney",
        "ДОВЕРЕННОСТЬ",
        (
            "Настоящим доверяю следующему лицу ({other}) представлять меня в энергосбытовой компании: подавать заявления, получать справки и договоры, расписываться за меня.",
            "Доверенность выдана на один год без права передоверия. Подпись удостоверена по месту жительства.",
        ),
    ),
    "ru_other": Text(
        "ru",
        "other",
        "Благодарность",
        (
            "Хочу сказать спасибо вашим монтёрам: {day} в метель за час починили провод на нашей улице. Вежливые, трезвые, всё за собой убрали. Отметьте их премией!",
        ),
    ),
    "ru_other_offer": Text(
        "ru",
        "other",
        "Коммерческое предложение",
        (
            "Предлагаем спецодежду, каски и диэлектрические перчатки со склада со скидкой семь процентов. Прайс-лист вышлем по первому требованию.",
        ),
    ),
    "en_reading": Text(
        "en",
        "meter_reading",
        "Meter reading",
        ("Here is this month's figure from the meter in my hall: {reading}. I read it with my torch on {day}.",),
    ),
    "en_reading_farm": Text(
        "en",
        "meter_reading",
        "Readings for {month}",
        ("We send you the register values of our three meters, read this morning by the foreman.",),
        (
            ("Meter", "Previous", "Present"),
            ("Dairy", "20114", "21870"),
            ("House", "33118", "34002"),
            ("Grain store", "00871", "00944"),
        ),
    ),
    "en_reading_card": Text(
        "en",
        "meter_reading",
        "",
        ("Your man left a card as I was out. Night {reading}, day 40318. Please use these and no estimate.",),
    ),
    "en_outages": Text(
        "en",
        "quality_complaint",
        "Power cuts",
        (
            "Our lane has been blacked out five times since {day}, twice overnight. My stairlift stopped half way with me in it.",
            "Please have the line seen to and tell me in writing what is wrong with it.",
        ),
    ),
    "en_flicker": Text(
        "en",
        "quality_complaint",
        "Complaint",
        (
            "The lamps flicker all evening and our till restarts by itself. An electrician measured 196 volts at the counter and says it comes from your side.",
            "Send an engineer before something catches fire.",
        ),
    ),
    "en_new": Text(
        "en",
        "new_connection",
        "New supply wanted",
        (
            "We are putting up a bungalow on a plot that has never had mains electricity. We should need about {kw} kW.",
            "The nearest pole stands by the stile. Please send the forms and say what a supply would cost.",
        ),
    ),
    "en_new_shed": Text(
        "en",
        "new_connection",
        "",
        (
            "Can you run a cable to our new boat shed? Nothing is laid there yet. {kw} kW would be ample, single phase. The trench we can dig ourselves. Kindly quote.",
        ),
    ),
    "en_power": Text(
        "en",
        "power_increase",
        "More capacity",
        (
            "A heat pump and a car charger are to be fitted and the installer says that our 60 amp service will not carry both. Please uprate it to 100 amps.",
            "The house is on supply already; only the main fuse and perhaps the cable want changing.",
        ),
    ),
    "en_power_firm": Text(
        "en",
        "power_increase",
        "Increase of agreed capacity",
        (
            "Following the purchase of a second kiln we ask that our maximum capacity be raised to {kw} kW at the existing intake.",
            "A load schedule is attached. Please state the charge and the time needed.",
        ),
    ),
    "en_takeover": Text(
        "en",
        "takeover_application",
        "Change of name",
        (
            "I have bought the house in which {other} used to be your customer. Completion was on {day} and the dial stood at {reading}.",
            "Kindly open the account in my name and send the forms that I must sign.",
        ),
    ),
    "en_takeover_widow": Text(
        "en",
        "takeover_application",
        "",
        (
            "My husband, who always saw to these things, passed away in {month}. Please put the electricity in my name from now on. The solicitor has given me the certificate, a copy is with this letter.",
        ),
    ),
    "en_recalc": Text(
        "en",
        "recalculation_request",
        "Wrong reading on my bill",
        (
            "You have guessed my reading at 48120. The meter says {reading}, see the photograph. The bill of £{sum} is therefore far too high.",
            "Please cancel it and work it out afresh on the true figure.",
        ),
    ),
    "en_recalc_empty": Text(
        "en",
        "recalculation_request",
        "",
        (
            "The flat was empty from {day} for ten weeks while I was nursed at my sister's. Heat was charged as if I had been in. Kindly recalculate those weeks and credit me.",
        ),
    ),
    "en_payment": Text(
        "en",
        "payment_dispute",
        "Payment not credited",
        (
            "I paid £{sum} over the counter on {day} and have the stamped slip. Your reminder says that nothing came.",
            "Kindly trace the payment, put it to my account and take off the late fee.",
        ),
    ),
    "en_payment_claim": Text(
        "en",
        "payment_dispute",
        "Disputed invoice",
        (
            "We reject invoice {number} for £{sum}. It contains a charge for a visit which never took place.",
            "Please withdraw it and issue a credit note within fourteen days, or we shall put the matter in the hands of our solicitor.",
        ),
    ),
    "en_debt": Text(
        "en",
        "debt_answer",
        "Your letter about arrears",
        (
            "I do owe the £{sum} that you write about, and I am sorry. My hours were cut. May I clear it at £25 a month, beginning on {due}?",
            "Please do not disconnect me, I have two small children.",
        ),
    ),
    "en_debt_paid": Text(
        "en",
        "debt_answer",
        "Reply to final notice",
        (
            "Your warning of arrears and our transfer of £{sum} must have crossed. Order {number} left our bank on {day}.",
            "Please confirm that nothing is outstanding and call off the disconnection.",
        ),
    ),
    "en_authority": Text(
        "en",
        "authority_inquiry",
        "REQUEST FOR INFORMATION",
        (
            "The council is assessing a claim in which the person named above is concerned. Please tell us from what date they have been your customer and what was charged and paid since {day}.",
            "The request is made under statutory powers. Reply within fourteen days, quoting {number}.",
        ),
    ),
    "en_contract": Text(
        "en",
        "contract_copy",
        "SUPPLY CONTRACT",
        (
            "The Supplier brings electricity to the premises and the Customer takes it against payment, on the terms below.",
            "1. Commencement: {due}. 2. Billing: monthly in arrear. 3. The Customer shall keep the seals unbroken and admit the Supplier's staff.",
            "4. Either side may give one month's notice. 5. Signed in duplicate, each copy being an original.",
        ),
    ),
    "en_invoice": Text(
        "en",
        "invoice",
        "ELECTRICITY BILL {number}",
        ("Charges for {month}.", "Please pay by {due}. Thank you for paying promptly."),
        (
            ("Item", "Units", "Price", "Amount"),
            ("Electricity", "402 kWh", "0.274", "110.15"),
            ("Standing charge", "30 days", "0.520", "15.60"),
            ("VAT at 5 %", "", "", "6.29"),
            ("Total due", "", "", "£132.04"),
        ),
    ),
    "en_act": Text(
        "en",
        "meter_replacement_act",
        "METER EXCHANGE RECORD",
        (
            "On {day} the meter at these premises was taken out at {reading} and meter {meter} was fitted in its place, starting from 00000.",
            "Seal {number} applied. Polarity and earth tested. The customer has seen both dials and has no remarks.",
        ),
    ),
    "en_attorney": Text(
        "en",
        "power_of_attorney",
        "LETTER OF AUTHORITY",
        (
            "I hereby authorise {other} to act for me in all matters of my electricity supply: to sign, to complain, to receive papers and to speak to you by telephone.",
            "This authority stands until I withdraw it in writing. Signed before a witness.",
        ),
    ),
    "en_other": Text(
        "en",
        "other",
        "A word of thanks",
        (
            "The young lady on your telephone stayed with me for half an hour when I was frightened in the dark. Please thank her from an old woman and give her the enclosed card.",
        ),
    ),
    "en_other_visit": Text(
        "en",
        "other",
        "School visit",
        (
            "Class five is doing a project on where light comes from. Might we come and see your control room one morning in {month}? We are 24 children and 3 teachers.",
        ),
    ),
}
