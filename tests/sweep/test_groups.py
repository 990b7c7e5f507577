"""Shares of groups: every point in one of them, and about as many in each."""

from itertools import chain

import pytest

from ddgauge.sweep.groups import Group

BLOCKS = [list(range(16)), [], list(range(16, 32)), [35]]


def shares(count, blocks, whole=False):
    groups = [Group.__new__(Group) for _ in range(count)]
    for number, group in enumerate(groups):
        group.count, group.number = count, number
    return [group.share(blocks, whole) for group in groups]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 50])
@pytest.mark.parametrize("whole", [False, True])
def test_every_point_is_in_one_share(count, whole):
    found = shares(count, BLOCKS, whole)
    points = [k for share in found for _, part in share for k in part]
    assert sorted(points) == sorted(chain(*BLOCKS))
    assert all(set(part) <= set(BLOCKS[number]) for share in found for number, part in share)


@pytest.mark.parametrize("count", [2, 3, 7, 33])
def test_no_group_is_idle_while_another_has_much_to_do(count):
    sizes = [sum(len(part) for _, part in share) for share in shares(count, BLOCKS)]
    assert max(sizes) <= 2 * -(-33 // count)
    assert min(sizes) > 0


def test_blocks_stay_whole_where_they_must():
    assert shares(2, BLOCKS, whole=True) == [[(0, BLOCKS[0]), (3, [35])], [(2, BLOCKS[2])]]


def test_of_a_block_a_group_does_all_its_points_at_a_time():
    for share in shares(3, BLOCKS):
        numbers = [number for number, _ in share]
        assert len(set(numbers)) == len(numbers)
