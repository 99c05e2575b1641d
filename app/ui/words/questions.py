"""Words of what a supervisor has to clear up: conflicts, doubles, held changes, clocks: key → (中文, English) or with
English for one."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str] | tuple[str, str, str]] = {
    "tab.questions": ("疑点", "Questions"),
    "questions.conflicts": ("填写不一致", "Conflicts"),
    "questions.duplicates": ("疑似重复", "Doubles"),
    "questions.held": ("搁置", "Held"),
    "queue.duplicates": (
        "{n} 处疑似重复登记，等您认定。",
        "{n} suspected doubles wait for you.",
        "One suspected double waits for you.",
    ),
    # conflicts, household by household
    "disputes.empty": ("没有不一致的填写", "Nothing is told two ways"),
    "disputes.empty_body": (
        "两个人把同一项填得不一样，或一人注销、另一人同时在改，会列在这里。",
        "Where two people wrote different things, or one removed what another was changing, it is listed here.",
    ),
    "disputes.visit": ("看这次入户", "See the visit"),
    "disputes.no_visit": ("没有等待审核的入户", "No visit waits on it"),
    # a contested delete
    "gone.household": ("一人注销了这一户，另一人同时在改", "One removed this household while another was changing it"),
    "gone.member": ("一人移出了「{who}」，另一人同时在改", "One removed {who} while another was changing the entry"),
    "gone.member_nameless": (
        "一人移出了此人，另一人同时在改",
        "One removed this person while another was changing the entry",
    ),
    "gone.yes_household": ("注销这一户", "Remove the household"),
    "gone.yes_member": ("移出此人", "Remove this person"),
    "gone.no": ("仍然在，并改了下列内容", "Still here, and wrote this"),
    "gone.no_rival": ("仍然在", "Still here"),
    "gone.behind": ("{what}：{value}", "{what}: {value}"),
    "gone.keep_yes": ("确实不在了", "Gone after all"),
    "gone.keep_no": ("仍然在", "Still here"),
    "gone.ask_yes": ("确认不在了？", "Gone after all?"),
    "gone.ask_no": ("确认仍然在？", "Still here?"),
    "gone.removed": ("已移出", "Removed"),
    "gone.note_yes": (
        "另一人写的内容会保留在历史里，不再采用。",
        "What the other person wrote stays in the history and is not used.",
    ),
    # doubles
    "doubles.open": ("待认定", "To decide"),
    "doubles.decided": ("已认定", "Decided"),
    "doubles.empty": ("没有疑似重复", "No suspected doubles"),
    "doubles.empty_body": (
        "两处登记的身份证号相同，或姓名、生日、村都相同时，会列在这里。",
        "Registrations with one national ID, or one name, birth and village, are listed here.",
    ),
    "doubles.none_decided": ("还没有认定过", "Nothing decided yet"),
    "doubles.why_national_id": ("身份证号相同", "Same national ID"),
    "doubles.why_name_born": ("姓名、生日、村相同", "Same name, birth, village"),
    "doubles.why_": ("有人作过认定", "Somebody said so"),
    "doubles.rival": ("两人的认定不一致", "Two people disagree"),
    "doubles.inside": ("同一户内", "In one household"),
    "doubles.beyond": ("不在您的范围", "Outside your areas"),
    "doubles.said_household": ("一户登记了两次", "One household, registered twice"),
    "doubles.said_person": ("同一人在两处：{n} 人", "{n} people are in both", "One person is in both"),
    "doubles.said_inside": ("同一人登记了两次：{n} 处", "{n} entered twice", "One person entered twice"),
    "doubles.said_different": ("不是同一人", "Different people"),
    # two registrations side by side
    "double.title": ("是不是重复登记？", "One and the same?"),
    "double.a": ("甲", "A"),
    "double.b": ("乙", "B"),
    "double.registered": ("{name} 登记，{at} 收到", "Registered by {name}, received {at}"),
    "double.visited": ("最近入户 {day}", "Last visited {day}"),
    "double.never_visited": ("还没有入户", "Not visited yet"),
    "double.people": ("成员 {n} 人", "{n} members", "One member"),
    "double.decided": ("{programme}：{verdict}", "{programme}: {verdict}"),
    "double.undecided": ("还没有决定", "Nothing decided yet"),
    "double.found": ("两处都有", "In both"),
    "double.hidden": (
        "另一处登记在 {place}（户号 {code}），不在您的负责范围，内容不显示。请由负责两处的人员认定。",
        "The other registration is in {place} (No. {code}), outside your areas, so nothing of it is shown. Somebody "
        "responsible for both has to decide.",
    ),
    "double.household": ("两处登记的户情况", "The two households"),
    "double.differs": ("不同", "Differs"),
    "double.no_rows": ("没有可对照的内容", "Nothing to compare"),
    "double.said": ("已有的认定", "Decided so far"),
    "double.said_same": ("同一个", "The same"),
    "double.said_different": ("不是同一个", "Different"),
    "double.said_by": ("{name} · {device} · {at} 收到", "{name} · {device} · received {at}"),
    "double.households": ("两户", "The households"),
    "double.answer": ("您的认定", "Your decision"),
    "double.one": ("同一户，登记了两次", "One household, registered twice"),
    "double.one_body": (
        "两处合在一起看，其中的人也是同一人；同一项救助只能批给一处。",
        "They are seen as one, and so are the people in both. A programme can be granted to one of them only.",
    ),
    "double.two": ("两户人家，有人在两处都登记了", "Two households, and somebody stands in both"),
    "double.two_body": (
        "请逐人认定。同一人只能算在实际共同生活的一户。",
        "Decide person by person. A person counts only where they live.",
    ),
    "double.none": ("不是同一户，也不是同一人", "Neither: other people"),
    "double.none_body": ("不再列为疑似重复。", "They are no longer listed."),
    "double.is_same": ("同一人", "Same person"),
    "double.is_different": ("不同的人", "Different people"),
    "double.basis": ("认定依据", "What this rests on"),
    "double.reversible": (
        "两处的资料都不会改动，认定以后随时可以更正。",
        "Neither registration is changed, and the decision can be taken back at any time.",
    ),
    "double.go": ("记下认定", "Decide"),
    "double.wanted": ("请选定认定和依据", "Choose an answer and what it rests on"),
    "double.done": ("已记下认定", "Decided"),
    "double.part": ("重新分开", "Part again"),
    "double.change": ("更正认定", "Decide anew"),
    # on a visit's page
    "beside.title": ("另一处登记", "Registered elsewhere too"),
    "beside.household": (
        "这户还有一处登记：{place} · {head}（户号 {code}）。同一项救助只能批给一处。",
        "This household is registered a second time: {place} · {head} (No. {code}). A programme is granted once.",
    ),
    "beside.person": (
        "{people} 也登记在另一户：{place} · {head}（户号 {code}）。",
        "{people}: also in another household, {place} · {head} (No. {code}).",
    ),
    "beside.open": (
        "可能与另一处登记重复：{place} · {head}（户号 {code}），还没有认定。",
        "Perhaps the same as {place} · {head} (No. {code}). Nobody has decided yet.",
    ),
    "beside.look": ("两处对照", "Compare"),
    "beside.granted": ("那一处已批：{programme} {amount}/月", "Granted there: {programme} {amount} a month"),
    "beside.here": ("这里：{value}", "Here: {value}"),
    "beside.there": ("另一处：{value}", "There: {value}"),
    "blocked.registered_twice": ("另一处登记已获批同一项救助", "the other registration is granted this already"),
    "blocked.counted_twice": (
        "有人在另一户共同生活，那一户已获批",
        "somebody here lives in a household that is granted this",
    ),
    "blocked.member_twice": ("有一人登记了两次，请先移出一条", "one person is entered twice; remove one first"),
    "blocked.household_gone": ("这户已注销", "the household has been removed"),
    # held, in words
    "held.why.moved": (
        "要把这户从 {here} 迁到 {there}，而填写人只负责其中一处。采用后，整户资料都随之迁过去。",
        "Moves the household from {here} to {there}, and the writer is responsible for only one of them. Taken, all "
        "its records move there.",
    ),
    "held.why.moved_unknown": (
        "要把这户迁到另一个村，而填写人只负责其中一处。采用后，整户资料都随之迁过去。",
        "Moves the household to another village, and the writer is responsible for only one of them. Taken, all its "
        "records move there.",
    ),
    "held.why.not_your_area": (
        "填写人不负责这个村（可能刚调整过范围，或这户已迁走）。",
        "The writer is not responsible for this village: their areas may have changed, or the household moved away.",
    ),
    "held.why.not_your_role": ("填写人的岗位不能改这一项。", "The writer's role may not change this."),
    "held.why.revoked_held": (
        "来自一台已停用的设备。内容可能是停用前在户里填的，也可能不是。",
        "From a device that was put out of use. It may have been written in the home before that, or not.",
    ),
    "held.why.expired_held": (
        "设备的授权到期以后才发来的，内容是离线时填的。",
        "Sent after the device's grant had run out; it was written while offline.",
    ),
    "held.why.unknown_household": (
        "这户还没有登记上来。登记一到，这处改动会自动采用。",
        "The household itself has not come yet. As soon as it does, this is taken by itself.",
    ),
    "held.why.household_erased": (
        "这户的资料已依法销毁，不能再采用。留档以后，请县管理员再执行一次销毁。",
        "The household was lawfully erased, so this cannot be taken. Let it rest and have the steward erase it again.",
    ),
    "held.written": ("填写于 {at}（设备时钟）", "Written {at} by the device's clock"),
    # clocks
    "clock.ahead": ("平板的时钟比服务器快{span}", "the tablet's clock was {span} ahead"),
    "clock.behind": ("平板的时钟比服务器慢{span}", "the tablet's clock was {span} behind"),
    "clock.note": (
        "{clock}：它记的填写时间是 {written}，服务器收到的时间是 {received}。期限以服务器收到的时间为准。",
        "{clock}: it says this was written {written}, and the server received it {received}. Deadlines go by the "
        "server's time.",
    ),
    "clock.side": ("（{clock}）", "({clock})"),
    "clock.years": ("约 {n} 年", "about {n} years", "about a year"),
    "clock.months": ("约 {n} 个月", "about {n} months", "about a month"),
    "clock.days": ("约 {n} 天", "about {n} days", "about a day"),
    "clock.hours": ("约 {n} 小时", "about {n} hours", "about an hour"),
    "clock.minutes": ("约 {n} 分钟", "about {n} minutes", "about a minute"),
    # audit
    "audit.duplicates_read": ("查看疑似重复", "Read the suspected doubles"),
    "audit.conflicts_read": ("查看填写不一致", "Read the conflicts"),
    "audit.duplicate_decided": ("认定是否重复登记", "Decided on a suspected double"),
    "audit.erased": ("依法销毁一户资料", "Lawfully erased a household"),
}
