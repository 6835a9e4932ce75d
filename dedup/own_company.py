"""Our own names, addresses and numbers: they stand on many letters and are never the sender's."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dedup.addresses import parse_address
from dedup.clues import Clues
from dedup.comparing import Dwelling, Name, compare_addresses, compare_organisation
from dedup.normalising import digits, email, phone, squash


@dataclass(frozen=True, slots=True)
class OwnCompany:
    """What is ours, from the settings. `email_domains` without the @; addresses in any spelling."""

    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    email_domains: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    def without_ours(self, clues: Clues) -> Clues:
        """Answer the clues that are not ours."""
        numbers = {squash(n) for n in self.numbers}
        phones = {phone(p) for p in (*self.phones, *self.numbers)}
        return replace(
            clues,
            names=tuple(n for n in clues.names if not (n.organisation and self._is_our_name(n.text))),
            numbers=tuple(n for n in clues.numbers if squash(n.text) not in numbers and digits(n.text).strip("0")),
            addresses=tuple(a for a in clues.addresses if not self._is_our_address(a.text)),
            phones=tuple(p for p in clues.phones if phone(p.text) not in phones),
            emails=tuple(e for e in clues.emails if not self._is_our_mailbox(e.text)),
        )

    def _is_our_name(self, text: str) -> bool:
        return any(compare_organisation(text, name) >= Name.FUZZY for name in self.names)

    def _is_our_address(self, text: str) -> bool:
        return any(compare_addresses(parse_address(text), parse_address(a)) == Dwelling.FULL for a in self.addresses)

    def _is_our_mailbox(self, text: str) -> bool:
        address = email(text)
        ours = {email(e) for e in self.emails}
        return address in ours or address.rpartition("@")[2] in {d.casefold() for d in self.email_domains}


NOBODY = OwnCompany()
