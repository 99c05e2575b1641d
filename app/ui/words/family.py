"""Words of who is one family: candidates, joined registrations, removing and moving: key → (中文, English) or with
English for one."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str] | tuple[str, str, str]] = {
    # candidates
    "same.ask": (
        "可能已经登记过了，请核对",
        "Perhaps registered already: please look",
    ),
    "same.ask_body": (
        "重复登记会让一家人被算两次。请看看是不是下面的住户。",
        "A family registered twice is counted twice. See whether it is one of these.",
    ),
    "same.why_national_id": ("身份证号相同：{name}", "Same national ID: {name}"),
    "same.why_name_born": ("姓名、出生日期和村都相同：{name}", "Same name, birth and village: {name}"),
    "same.why_name": ("同村同名：{name}", "Same name in the village: {name}"),
    "same.open": ("就是这一户，打开", "It is this one: open it"),
    "same.look": ("看看那一户", "Look at it"),
    "same.other": ("是另外一家", "It is another family"),
    "same.register": ("都不是，登记新户", "None of these: register"),
    "same.edit": ("返回修改", "Change what I typed"),
    "same.noted": ("已记下：是另外一家，不再询问。", "Noted: another family. Nobody will ask again."),
    "same.in_visit": (
        "填写的成员可能已登记在别的住户",
        "Somebody in this visit may be in another household",
    ),
    "same.on_page": ("可能与另一户重复", "May be the same as another household"),
    "same.on_page_body": (
        "两台设备可能各登记了一次。合为一户后仍可分开，两边的资料都不会改动。",
        "Two devices may each have registered it. Joining changes neither, and can be taken back.",
    ),
    "same.join": ("是同一户，合为一户", "Same family: join them"),
    "same.joined": ("已合为一户，可以随时分开。", "Joined. You can part them again at any time."),
    # joined
    "joined.chip": ("登记过 {n} 次", "Registered {n} times"),
    "joined.title": ("这一户登记过 {n} 次", "This household was registered {n} times"),
    "joined.body": (
        "合在一起显示，入户记在户号 {code}。两次登记的资料都原样保留。",
        "They are shown as one, and visits are written to No. {code}. Each registration is kept as it was.",
    ),
    "joined.part": ("分开", "Part"),
    "joined.parted": ("已分开为两户。", "They are two households again."),
    "joined.from": ("户号 {codes}", "No. {codes}"),
    "joined.elsewhere": ("户号 {code} 写的是：{value}", "No. {code} says: {value}"),
    # the menu of a household
    "manage.title": ("更多操作", "More"),
    "manage.of": ("{name}：更多操作", "More about {name}"),
    "manage.move": ("迁到别的村", "Move to another village"),
    "manage.remove": ("注销这一户", "Remove this household"),
    "manage.restore": ("恢复这一户", "Restore this household"),
    "manage.remove_member": ("移出", "Remove"),
    "manage.restore_member": ("恢复", "Restore"),
    "manage.why": ("原因", "Reason"),
    "manage.need_why": ("请写明原因", "Give a reason"),
    # removing
    "remove.ask": ("注销「{name}」这一户？", "Remove the household of {name}?"),
    "remove.body": (
        "注销后不再出现在名单里，资料都还在，随时可以恢复。如果别人同时改过这一户，由审核人员决定。",
        "It leaves the lists, nothing of it is destroyed, and it can be restored at any time. If somebody changes it "
        "meanwhile, a supervisor decides.",
    ),
    "remove.hint": (
        "例如：全家已迁走；户主去世、户内无人",
        "For example: moved away; nobody left",
    ),
    "remove.member_ask": ("把「{name}」移出这一户？", "Remove {name} from the household?"),
    "remove.member_body": (
        "移出后不再计入这一户，资料都还在，随时可以恢复。",
        "They no longer count in the household. Nothing is destroyed, and they can be restored at any time.",
    ),
    "remove.member_hint": (
        "例如：去世；结婚迁出；登记错了",
        "For example: died; moved out; entered by mistake",
    ),
    "remove.done": ("已注销，可以随时恢复。", "Removed. It can be restored at any time."),
    "remove.member_done": ("已移出，可以随时恢复。", "Removed. They can be restored at any time."),
    "remove.gone": ("这一户已注销", "This household was removed"),
    "remove.gone_why": ("这一户已注销：{why}", "This household was removed: {why}"),
    "remove.members": ("已移出的成员", "Members removed"),
    "remove.why": ("原因：{why}", "Reason: {why}"),
    "remove.contested": (
        "有人注销了这一户，同时有人改了它的资料。由审核人员决定，在那之前照常显示。",
        "One person removed this household while another changed it. A supervisor decides; until then it stays here.",
    ),
    "remove.contested_chip": ("注销有争议", "Removal contested"),
    "remove.contested_member": ("移出有争议，待审核", "Removal contested, with a supervisor"),
    "remove.list": ("已注销", "Removed"),
    "remove.none": ("没有已注销的住户", "No removed households"),
    "remove.none_body": (
        "注销过的住户会列在这里，可以恢复。",
        "Those that were removed are listed here.",
    ),
    "restore.ask": ("恢复「{name}」这一户？", "Restore the household of {name}?"),
    "restore.body": ("恢复后重新出现在名单里，资料与注销前一样。", "It is listed again, as it was before."),
    "restore.hint": ("例如：注销错了；又搬回来了", "For example: removed by mistake; moved back"),
    "restore.member_ask": ("恢复「{name}」？", "Restore {name}?"),
    "restore.member_body": ("恢复后重新计入这一户。", "They count in the household again."),
    "restore.member_hint": ("例如：移出错了；又回来同住", "For example: removed by mistake; lives here again"),
    "restore.done": ("已恢复。", "Restored."),
    # moving
    "move.title": ("迁到别的村", "Move to another village"),
    "move.own": ("我负责的村", "My villages"),
    "move.other": ("别的村", "Another village"),
    "move.typed": ("12 位区划代码", "12-digit code"),
    "move.typed_wrong": ("区划代码是 12 位数字", "A code has 12 digits"),
    "move.body_own": (
        "整户连同历史记录一起迁过去，您这里仍能看到。",
        "The whole household moves with its history, and you still see it.",
    ),
    "move.body_other": (
        "那里不归您负责，要由审核人员同意。同意之前，这一户仍在这里；同意之后，会从您的名单里移走，记录不会丢。",
        "That village is not yours, so a supervisor has to agree. Until then the household stays here; after that it "
        "leaves your list. Nothing is lost.",
    ),
    "move.pick": ("请选择迁往的村", "Choose where it moves to"),
    "move.go": ("迁过去", "Move it"),
    "move.done": ("已迁到{name}。", "Moved to {name}."),
    "move.asked": ("已提交，等审核人员同意。", "Sent for a supervisor to agree."),
    "move.under_way": ("正在迁往{name}，送达后生效。", "Moving to {name}; it takes effect once it is on the server."),
    # entering
    "register.national_id": ("户主身份证号（可不填）", "National ID of the head (optional)"),
    "register.born": ("户主出生日期（可不填）", "Birth date of the head (optional)"),
    "register.born_hint": ("如 19580403", "such as 19580403"),
    "register.born_wrong": ("看不懂这个日期", "This is no date"),
    "register.know": (
        "有身份证号或出生日期，更容易发现重复登记。",
        "With an ID or a birth date, a family that is registered already is found.",
    ),
}
