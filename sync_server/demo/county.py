"""样例县, a county that does not exist: its towns, villages and the people who work there.

The region codes are made up (990101 is assigned to nobody) and so is everybody named here. The secrets are printed by
`ruhu demo` and published with this file: they are for trying things out, on a machine of one's own, and nothing else.
"""

from dataclasses import dataclass

from schemas import ids

COUNTY = "990101"
COUNTY_NAME = "样例县"


@dataclass(frozen=True)
class Village:
    code: str
    name: str
    hukou: str

    @property
    def town(self) -> str:
        return self.code[:9]


TOWNS = {
    "990101001": "城关街道",
    "990101100": "清溪镇",
    "990101200": "云岭乡",
}

VILLAGES = (
    Village("990101001001", "前街社区", "urban"),
    Village("990101001002", "后街社区", "urban"),
    Village("990101001003", "桥东社区", "urban"),
    Village("990101001200", "城南村", "rural"),
    Village("990101100001", "清溪社区", "urban"),
    Village("990101100200", "上清溪村", "rural"),
    Village("990101100201", "下清溪村", "rural"),
    Village("990101100202", "石桥村", "rural"),
    Village("990101200200", "云岭村", "rural"),
    Village("990101200201", "竹坪村", "rural"),
    Village("990101200202", "松岗村", "rural"),
    Village("990101200203", "茶坑村", "rural"),
)


@dataclass(frozen=True)
class Account:
    """One person of the county. `password` opens the desk, `pin` and `passphrase` a tablet; "" where there is none."""

    user: str
    name: str
    role: str
    scope: tuple[str, ...]
    password: str = ""
    pin: str = ""
    passphrase: str = ""


ACCOUNTS = (
    Account("visitor", "林晓云", "visitor", ("990101100200", "990101100201"), "", "274905", "river-stone-2749"),
    Account("visitor2", "蓝春生", "visitor", ("990101100200", "990101100202"), "", "508317", "bamboo-hill-5083"),
    Account("officer", "周敏华", "officer", ("990101100",), "desk-officer-6318", "631842", "tea-garden-6318"),
    Account("supervisor", "沈国梁", "supervisor", (COUNTY,), "desk-supervisor-7045"),
    Account("steward", "欧阳静", "steward", (COUNTY,), "desk-steward-3962"),
    Account("auditor", "钱正明", "auditor", (COUNTY,), "desk-auditor-8174"),
    Account("visitor3", "方立新", "visitor", ("990101001", "990101100001")),
    Account("visitor4", "雷冬梅", "visitor", ("990101200",)),
    Account("officer2", "邵志刚", "officer", ("990101001",)),
    Account("officer3", "钟丽萍", "officer", ("990101200",)),
)
"""visitor and visitor2 share 上清溪村, so that two tablets can meet in one household. The last four did the
earlier work of the other towns and have no way in."""


def account(user: str) -> Account:
    return next(a for a in ACCOUNTS if a.user == user)


def visitor_of(area: str) -> str:
    """The visitor who looks after a village."""
    return _whose("visitor", area)


def officer_of(area: str) -> str:
    """The station officer of the town that a village lies in."""
    return _whose("officer", area)


def _whose(role: str, area: str) -> str:
    return next(a.user for a in ACCOUNTS if a.role == role and ids.within(area, a.scope))
