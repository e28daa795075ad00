"""Lists of actions, and the lists beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhr_analytics.normalising.cells.lists import are_parts, deal, split_list

TWO = ["Write it.", "Send it."]
DOTTED = ["2.1 Write it.", "2.2 Send it.", "2.3 Check it."]


@pytest.mark.parametrize(
    ("role", "cell", "actions", "parts"),
    [("target", "31/01/2024\n30/04/2024", TWO, ["31/01/2024", "30/04/2024"]), ("target", "31/01/2024\nTBC", TWO, ["31/01/2024", "TBC"]),
     ("target", "31/01/2024 30/04/2024", TWO, ["31/01/2024", "30/04/2024"]), ("target", "31 January\n2024", TWO, None),
     ("target", "Between 1 May 2024 and 3 June 2024", TWO, None),
     ("lead", "1. Northmoor Police\n2. Northmoor Council", TWO, ["Northmoor Police", "Northmoor Council"]),
     ("lead", "Northmoor\nPolice", TWO, None), ("lead", "2.1 & 2.3 Northmoor Police\n2.2 Northmoor Council", DOTTED,
      ["Northmoor Police", "Northmoor Council", "Northmoor Police"]),
     ("lead", "2.1-2.3 Northmoor Police", DOTTED, ["Northmoor Police"] * 3),
     ("lead", "2.1 Northmoor Police", DOTTED[:1], ["Northmoor Police"]),
     ("progress", "2.1 Complete 2.2 6 of 9 trained 2.3 No", DOTTED, ["Complete", "6 of 9 trained", "No"]),
     ("progress", "2.2 Complete", DOTTED, ["", "Complete", ""]), ("progress", "Done 14/05/24\nDone", TWO, ["Done 14/05/24", "Done"]),
     ("progress", "b) Done", TWO, ["", "Done"]), ("progress", "Held for\nall staff", TWO, None), ("progress", "Done", TWO, None),
     ("progress", "1. We met. 2. We wrote. 3. We trained.", TWO, None), ("progress", "", TWO, None)],
)  # fmt: skip
def test_a_cell_beside_a_list_is_dealt_out(role, cell, actions, parts):
    assert deal(role, cell, actions) == parts


words = st.text("abcdefgh", min_size=3, max_size=8).map(str.capitalize)


@given(st.integers(1, 9), st.lists(words, min_size=2, max_size=9), st.data())
def test_numbers_decide_whatever_is_left_out(number, items, data):
    actions = split_list(" ".join(f"{number}.{i} {item} it." for i, item in enumerate(items, start=1)))
    assert len(actions) == len(items)
    told = data.draw(st.sets(st.integers(0, len(items) - 1), min_size=1))
    cell = "\n".join(f"{number}.{i + 1} {items[i]}" for i in sorted(told))
    assert deal("progress", cell, actions) == [item if i in told else "" for i, item in enumerate(items)]


@pytest.mark.parametrize(
    ("items", "parts"),
    [
        (["• Two-page summary", "• Short film", "• Quiz"], True),
        (["• Two-page summary", "• Write to all staff"], False),
        (["• Write to all staff"], False),
        (["a) Two-page summary", "b) Short film"], False),
    ],
)
def test_bullets_are_parts_of_one_action_where_none_asks_for_something(items, parts):
    assert are_parts(items) is parts
