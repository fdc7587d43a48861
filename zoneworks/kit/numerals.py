"""Numbers in digits, in Chinese, or in both: 1,250 · 三点五亿 · 两千万 · 1亿2000万 · 24 billion."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

from zoneworks.kit.amount_words import MAX_INTEGER_DIGITS, AmountError, Token, amount_error

_SIZES = (10**8, 10**4, 1000, 100, 10)
_CHINESE_DIGITS = "一二两三四五六七八九"


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number, what one more in its last digit adds (`step`), and the `magnitude` after its digits."""

    value: Fraction
    step: Fraction
    magnitude: int
    position: int

    def times(self, factor: int) -> "Numeral":
        """Return the number as if `factor` had been written after it."""
        return replace(self, value=self.value * factor, step=self.step * factor)


def read_numeral(parts: Sequence[Token], text: str) -> Numeral:
    """Return the number that `parts`, the number tokens of `text`, spell; AmountError if they spell none."""
    digits = [index for index, part in enumerate(parts) if part.role == "digits"]
    for index in digits[:-1]:
        if "." in parts[index].word:
            raise _malformed(parts[index], text)
    after = parts[digits[-1] + 1 :] if digits else parts
    decimals = parts[digits[-1]].word.partition(".")[2] if digits else ""
    magnitude = prod(part.size for part in after)
    # 十, 百 and 千 count like written zeros, 万 and 亿 like a unit: 二十亿 is as fine as 20亿.
    step = Fraction(magnitude, 10 ** len(decimals)) if decimals else Fraction(_closing_magnitude(after))
    return Numeral(_scaled_value(parts, text), step, magnitude, parts[0].start)


def _closing_magnitude(after: Sequence[Token]) -> int:
    size = 1
    for part in reversed(after):
        if part.role == "magnitude" and part.size < 10**4:
            break
        size *= part.size
    return size


def _scaled_value(parts: Sequence[Token], text: str) -> Fraction:
    """Return the value; an English magnitude stands once, at the end, after plain digits."""
    scales = [part for part in parts if part.role == "scale"]
    if not scales:
        return _value(parts, text)
    if len(parts) != 2 or parts[1].role != "scale":
        raise _malformed(scales[-1], text)
    return _value(parts[:1], text) * scales[0].size


def _value(parts: Sequence[Token], text: str) -> Fraction:
    """Return what stands before the largest magnitude of `parts`, times it, plus what stands after it."""
    for size in _SIZES:
        places = [index for index, part in enumerate(parts) if part.role == "magnitude" and part.size == size]
        if not places:
            continue
        here = places[0]
        if len(places) > 1:
            raise _malformed(parts[places[1]], text)
        if here == 0 and size != 10:
            raise _malformed(parts[0], text)
        front = _value(parts[:here], text) if here else Fraction(1)
        return front * size + _rest(parts[here + 1 :], size, text)
    if len(parts) > 1:
        raise amount_error("two_numbers", parts[1].start, text[parts[1].start : parts[1].end])
    return _digits(parts[0])


def _rest(parts: Sequence[Token], size: int, text: str) -> Fraction:
    """Return what the parts after a magnitude add: less than the magnitude, and never by guesswork.

    Bare digits fill all places (1万2500) or begin with 零 (一万零五); one Chinese digit is a tenth of the
    magnitude (一万二 is 12,000). 1万2 could be either and is refused.
    """
    if not parts:
        return Fraction(0)
    value = _value(parts, text)
    if len(parts) == 1 and parts[0].role == "digits":
        word = parts[0].word
        if len(word) == 1 and size > 10 and text[parts[0].start] in _CHINESE_DIGITS:
            return value * size / 10
        whole = word.partition(".")[0]
        if not whole.startswith("0") and 10 ** len(whole) != size:
            raise _malformed(parts[0], text)
    if value >= size:
        raise _malformed(parts[0], text)
    return value


def _digits(part: Token) -> Fraction:
    """Return the value of a run of digits, its groups of three checked and its length bounded."""
    whole, _point, decimals = part.word.partition(".")
    first, *groups = whole.split(",")
    if groups and (len(first) > 3 or any(len(group) != 3 for group in groups)):
        raise amount_error("grouping", part.start)
    whole = whole.replace(",", "")
    if len(whole.lstrip("0")) > MAX_INTEGER_DIGITS:
        raise amount_error("too_many_digits", part.start)
    return Fraction(int(whole + decimals), 10 ** len(decimals))


def _malformed(part: Token, text: str) -> AmountError:
    return amount_error("numeral", part.start, text[part.start : part.end])
