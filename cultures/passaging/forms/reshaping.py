"""Buttons that change a form without saving it: work out, one row more or fewer, the number that fits."""

from django.http import QueryDict

from cultures.passaging.forms.rows import with_one_more_row, without_row

EMPTIED = {"daughters": ("amount",), "drugs": ("drug", "dose", "vehicle_pct")}


def is_draft(data: QueryDict) -> bool:
    """Something other than saving was asked for."""
    return bool({"work_out", "add", "remove", "fit"} & set(data))


def reshaped(data: QueryDict) -> QueryDict:
    """The form as it should be shown next. "fit" is answered later: the planner knows the number."""
    if (prefix := data.get("add", "")) in EMPTIED:
        return with_one_more_row(data, prefix, EMPTIED[prefix])
    prefix, _, index = data.get("remove", "").partition("-")
    if prefix in EMPTIED and index.isascii() and index.isdigit() and len(index) < 4:
        return without_row(data, prefix, int(index))
    return data
