"""Words of the truth about sync and of what can come in its way: key → (中文, English) or with English for one."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str] | tuple[str, str, str]] = {
    # the one sentence
    "safe.all": (
        "{n} 户都已安全送达",
        "All {n} safe on the server",
        "1 household, safe on the server",
    ),
    "safe.some": ("{n} 户中 {safe} 户已安全送达", "{safe} of {n} safe on the server"),
    "safe.begun": ("填完一户，就会送出", "What you finish is sent from here"),
    "safe.changes": ("{n} 处改动", "{n} changes", "1 change"),
    "safe.photos": ("{n} 张照片", "{n} photos", "1 photo"),
    "safe.sentence": ("{head}，{rest}只在本机", "{head}, {rest} waiting here"),
    "safe.and": ("、", " and "),
    "safe.no_signal": (
        "没有信号也不要紧，有网时会自动送出。",
        "No signal is no harm: they go by themselves when there is one.",
    ),
    "safe.receipts": (
        "本机写过的每一处改动，都有服务器的收据。",
        "The server has given a receipt for every change made on this device.",
    ),
    "safe.receipts_held": (
        "都在服务器上；其中 {n} 处由审核人员处理，没有丢失。",
        "All of it is on the server; {n} changes of it are with a supervisor. Nothing is lost.",
        "All of it is on the server; one change of it is with a supervisor. Nothing is lost.",
    ),
    "safe.open": (
        "还有 {n} 户正在填写，完成后才会送出。",
        "{n} visits are still being filled in; they are sent once they are finished.",
        "One visit is still being filled in; it is sent once it is finished.",
    ),
    # what a round does
    "safe.sending": ("正在发送改动：{sent} / {total}", "Sending changes: {sent} of {total}"),
    "safe.receiving": ("正在接收：已收到 {n} 条", "Receiving: {n} so far"),
    "safe.sending_photos": ("正在发送照片：还剩 {n} 张", "Sending photos: {n} to go", "Sending photos: the last one"),
    "safe.fetching": ("正在取回照片", "Fetching photos"),
    "safe.again": ("正在把服务器缺少的补发过去", "Sending the server what it lost"),
    # photos
    "safe.paused": ("照片在等信号好一些", "The photos wait for a better signal"),
    "safe.paused_body": (
        "还有 {n} 张（最多 {size}）。文字已经先送了；信号好时照片会自动发送，也可以现在就发，只是会慢一些。",
        "{n} to go (up to {size}). The records went first. Photos follow by themselves when the signal is good; "
        "sending them now just takes longer.",
        "One to go (up to {size}). The records went first. It follows by itself when the signal is good; sending "
        "it now just takes longer.",
    ),
    "safe.send_photos": ("现在就发照片", "Send photos now"),
    # the households
    "safe.group_here": ("还没有全部送达", "Not all on the server yet"),
    "safe.group_photos": ("只差照片", "Only photos are missing"),
    "safe.group_held": ("由审核人员处理", "With a supervisor"),
    "safe.group_open": ("正在填写", "Being filled in"),
    "safe.group_safe": ("已安全送达", "Safe on the server"),
    "safe.count": ("{n} 户", "{n} households", "{n} household"),
    "safe.more": ("显示其余 {n} 户", "Show the other {n}"),
    "safe.row_here": ("{n} 处只在本机", "{n} on this device only"),
    "safe.row_photos": ("照片 {waiting} / {n} 待发送", "{waiting} of {n} photos waiting"),
    "safe.row_open": ("填写中，完成后送出", "In progress, sent when finished"),
    "safe.row_safe": ("已安全送达", "Safe"),
    "safe.row_rested": (
        "{n} 处经审核不采用",
        "{n} set aside for good by a supervisor",
    ),
    "safe.row_held": ("待审核人员处理：{why}", "With a supervisor: {why}"),
    "safe.row_gone": ("已不在本机的一户（{code}）", "A household no longer on this device ({code})"),
    # one household
    "safe.detail": ("送达情况", "What is safe"),
    "safe.detail_records": ("记录", "Records"),
    "safe.detail_photos": ("照片", "Photos"),
    "safe.kind_household": ("住户资料", "Household"),
    "safe.kind_member": ("成员", "Member"),
    "safe.kind_visit": ("入户调查", "Visit"),
    "safe.kind_assessment": ("测算结果", "Assessment"),
    "safe.kind_attachment": ("照片的记录", "Record of a photo"),
    "safe.kind_link": ("是否同一户", "One family or two"),
    "safe.kind_case": ("救助个案", "Case"),
    "safe.kind_event": ("办理事项", "Event"),
    "safe.photo": ("照片", "Photo"),
    "safe.photo_whole": ("已安全送达", "Safe on the server"),
    "safe.photo_parts": ("已送 {sent} / {n} 份", "{sent} of {n} parts sent"),
    "safe.photo_waits": ("只在本机", "On this device only"),
    "safe.to_household": ("打开这一户", "Open the household"),
    # trouble
    "trouble.fault_you": ("需要您处理", "For you to mend"),
    "trouble.fault_device": ("这台设备的问题", "A matter of this device"),
    "trouble.fault_network": ("网络的问题", "A matter of the network"),
    "trouble.fault_server": ("服务器的问题", "A matter of the server"),
    "trouble.fault_county": ("要请县里处理", "A matter for the county"),
    "trouble.code": ("输入新登记码", "Enter a new code"),
    "trouble.clock_fast": ("本机的时钟快了{much}", "This device's clock is {much} fast"),
    "trouble.clock_slow": ("本机的时钟慢了{much}", "This device's clock is {much} slow"),
    "trouble.clock_body": (
        "入户日期取自本机的日期，请在系统设置里把时间改准。已填的内容不会丢，审核人员会看到偏差。",
        "Visits carry the date of this device: set the clock right in the system's settings. Nothing is lost, and the "
        "supervisor sees the difference.",
    ),
    "trouble.minutes": ("约 {n} 分钟", "about {n} minutes"),
    "trouble.hours": ("约 {n} 小时", "about {n} hours", "about an hour"),
    "trouble.days": ("约 {n} 天", "about {n} days", "about a day"),
    "trouble.resending": ("服务器恢复过备份，正在补发", "The server was restored from a backup"),
    "trouble.resending_body": (
        "服务器丢了一部分记录，本机都有，正在自动补发。什么都没有丢，您不用做什么。",
        "It lost some records that this device still has, and is being sent them again. Nothing is lost, and there is "
        "nothing for you to do.",
    ),
    "trouble.areas_more": ("您新负责{names}，住户已经取回。", "You now look after {names}; the households are here."),
    "trouble.areas_fewer": (
        "您不再负责{names}。没送出的改动仍会送出，由那里的审核人员处理。",
        "You no longer look after {names}. What was not sent still goes, to the supervisor there.",
    ),
    # enrolling again
    "again.title": ("重新登记这台设备", "Enrol this device again"),
    "again.body": (
        "请向县管理员要一个新的登记码。PIN 和口令不变，本机的资料都在；还没送出的会用新的身份接着送。",
        "Ask the county steward for a new code. Your PIN, your passphrase and everything on this device stay, and what "
        "was not sent goes out under the new enrolment.",
    ),
    "again.waiting": (
        "本机还有 {n} 处改动没有送出，登记后会自动送出。",
        "{n} changes wait on this device; they go by themselves after that.",
        "One change waits on this device; it goes by itself after that.",
    ),
    "again.code": ("新登记码", "New code"),
    "again.submit": ("重新登记", "Enrol again"),
    "again.working": ("正在登记…", "Enrolling…"),
    "again.done": ("已重新登记，正在同步", "Enrolled again. Syncing now."),
    # the vault closed for good
    "shut.title": ("这台设备已被县里停用", "The county has switched this device off"),
    "shut.handed": (
        "您完成的工作都已交给服务器，由审核人员处理，没有丢失。",
        "All the work you finished has been handed to the server, where a supervisor looks at it. Nothing is lost.",
    ),
    "shut.closed": (
        "本机的资料库已经封存，PIN 和口令都不能再打开它。",
        "The vault on this device is sealed for good; neither the PIN nor the passphrase opens it any more.",
    ),
    "shut.left": (
        "填到一半、还没完成的入户仍加密存放在本机。需要的话，请把设备交给县管理员，县里能取出来。",
        "Visits you had not finished are still on this device, sealed. If you need them, hand the device to the county "
        "steward, who can recover them.",
    ),
    "shut.todo": (
        "设备丢失后又找到，或认为停用有误，请联系县管理员领取新的登记码。",
        "If the device was lost and is found, or you think this is a mistake, ask the county steward for a new code.",
    ),
    "shut.go": ("知道了", "Understood"),
}
