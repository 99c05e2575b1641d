"""Names of people who do not exist, of every shape that a program tends to break on.

Most families bear a one-character surname; some a surname of two, three or four characters; some no surname at all but
a name with the middle dot `·`; and some given names use characters outside GBK, which need GB 18030, a fourth UTF-8
byte and a font that has them.
"""

import random
from dataclasses import dataclass
from typing import TypeAlias

COMMON = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁沈任姚卢傅钟姜崔谭廖范汪陆"
    "金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔"
)
COMPOUND = ("欧阳", "司马", "诸葛", "上官", "夏侯", "尉迟", "皇甫", "令狐", "慕容", "司徒", "端木", "东方")
LONG = ("侯莫陈", "阿史那", "步六孤", "爱新觉罗", "叶赫那拉", "乌拉那拉")
SHE = "蓝雷钟盘"

MALE_OLD = "国建文德志永福荣贵生根土水金木树祥明清正兴发财宝山松柏"
FEMALE_OLD = "秀桂玉凤兰英香珍菊梅莲娥彩云月花芬琴巧银翠爱素阿春"
MALE = "军伟强磊勇杰涛斌波辉刚健鹏飞宇浩俊峰亮凯龙超平华东海"
FEMALE = "丽敏静艳娟霞燕玲红芳婷雪莉倩颖慧琳晶洁莹丹萍蓉薇佳"
CHILD = "子梓浩宇轩涵雨欣怡诺一辰沐晨泽睿思语妍可昕奕依然皓航"
RARE = "𬇕㛃䶮𫖯𬍛㼆"
"""Outside GBK, as they stand in real household registers, where a given name is for life."""

DOTTED_MALE = ("买买提", "热合曼", "阿卜杜拉", "吐尔逊", "艾山", "库尔班")
DOTTED_FEMALE = ("阿依古丽", "热依汗", "帕提曼", "古丽娜尔", "阿曼古丽", "努尔比娅")


@dataclass(frozen=True)
class Surname:
    """A family that names its people by surname and given name."""

    surname: str
    ethnic: str = "01"

    def name(self, rng: random.Random, sex: str, born: int, own: bool) -> str:
        """The next one's name; who married in (`own` is False) brings a surname of their own."""
        surname = self.surname if own else rng.choice(COMMON)
        return surname + given(rng, sex, born)


@dataclass(frozen=True)
class Dotted:
    """A family that names its people by a given name, the middle dot and the father's given name."""

    father: str
    ethnic: str = "05"

    def name(self, rng: random.Random, sex: str, born: int, own: bool) -> str:
        mine = rng.choice(DOTTED_MALE if sex == "1" else DOTTED_FEMALE)
        return f"{mine}·{self.father if own else rng.choice(DOTTED_MALE)}"


Naming: TypeAlias = Surname | Dotted


def family(rng: random.Random) -> Naming:
    """How the next family names its people: about one in seven is not a plain one-character surname."""
    match rng.choices(("common", "compound", "long", "she", "dotted"), (86, 5, 2, 5, 2))[0]:
        case "compound":
            return Surname(rng.choice(COMPOUND))
        case "long":
            return Surname(rng.choice(LONG), "11")
        case "she":
            return Surname(rng.choice(SHE), "22")
        case "dotted":
            return Dotted(rng.choice(DOTTED_MALE))
        case _:
            return Surname(rng.choice(COMMON))


def given(rng: random.Random, sex: str, born: int) -> str:
    """A given name of one or two characters in the taste of the year, now and then with a rare character."""
    male = sex == "1"
    if born >= 2000:
        taste = CHILD
    elif born >= 1972:
        taste = MALE if male else FEMALE
    else:
        taste = MALE_OLD if male else FEMALE_OLD
    first, second = rng.sample(taste, 2)
    if rng.random() < 0.03:
        return rng.choice(RARE) + (second if rng.random() < 0.5 else "")
    return first + second if rng.random() < 0.85 else first
