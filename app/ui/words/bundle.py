"""Words of sync without a network, on the screen and in `ruhu bundle`: key → (中文, English[, English for one])."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str] | tuple[str, str, str]] = {
    "bundle.open": ("没有网络？用密封文件传送", "No network? Use a sealed file"),
    "bundle.title": ("用文件传送", "Sync by file"),
    "bundle.intro": (
        "没有网络时，把记录存成密封文件，用 U 盘带到县里或有网的电脑。带文件的人看不到内容。",
        "With no network, save your records to a sealed file and send it on a USB stick to the county or to a computer "
        "that has one. Whoever carries it cannot read it.",
    ),
    # saving
    "bundle.save_title": ("① 存成密封文件", "1. Save to a sealed file"),
    "bundle.save_body": (
        "装入所有还没送达的改动和照片。存了文件不等于送达：读入回执之前，记录都还留在本机。",
        "It holds every change and photo that the server does not have yet. Saved is not sent: everything stays on "
        "this device until the answer file has been loaded.",
    ),
    "bundle.save": ("存成密封文件", "Save to a sealed file"),
    "bundle.save_next": ("存下一个文件", "Save the next file"),
    "bundle.saving": ("正在密封…", "Sealing…"),
    "bundle.changes": ("{n} 处改动", "{n} changes", "1 change"),
    "bundle.photos": ("{n} 张照片", "{n} photos", "1 photo"),
    "bundle.records": ("{n} 条", "{n} records", "1 record"),
    "bundle.saved": ("已存好：{changes}，{photos}。", "Saved: {changes}, {photos}."),
    "bundle.saved_empty": (
        "已存好。本机没有要送的，带回的回执里会有别人的新资料。",
        "Saved. Nothing of yours waits to be sent; the answer will bring what is new from others.",
    ),
    "bundle.saved_left": (
        "还有 {n} 张照片装不下，请再存一个文件。",
        "{n} more photos do not fit: save another file.",
        "One more photo does not fit: save another file.",
    ),
    "bundle.saved_next": (
        "文件编号 {code}。请交给能连上服务器的人代传，再把带回的回执文件读入。",
        "File {code}. Give it to somebody who reaches the server, then load the answer file they bring back.",
    ),
    # loading
    "bundle.load_title": ("② 读入回执文件", "2. Load the answer file"),
    "bundle.load_body": (
        "回执文件只能在您自己的这台设备上读入；读几次、先后读都没关系。",
        "It opens on this device and for you only. Loading it twice, late or out of order does no harm.",
    ),
    "bundle.load": ("读入回执文件", "Load the answer file"),
    "bundle.loading": ("正在核对…", "Checking…"),
    "bundle.loaded": (
        "已读入：服务器确认收到 {changes}、{photos}；服务器发来资料 {records}。",
        "Loaded: the server confirmed {changes} and {photos}; {records} came from it.",
    ),
    "bundle.loaded_again": (
        "已核对：这个回执里的内容本机都有了。",
        "Checked: everything in this answer is on this device already.",
    ),
    "bundle.loaded_held": (
        "其中 {n} 处改动由审核人员处理。",
        "{n} of the changes are with a supervisor.",
        "One of the changes is with a supervisor.",
    ),
    "bundle.loaded_waiting": (
        "还有 {n} 处只在本机，请再存一个文件或联网同步。",
        "{n} things are still on this device only: save another file or sync with a network.",
        "One thing is still on this device only: save another file or sync with a network.",
    ),
    "bundle.loaded_safe": ("本机的改动和照片都已安全送达。", "Every change and photo of this device is safe."),
    "bundle.loaded_more": (
        "服务器上还有新资料，请再存一个文件去取，或联网同步。",
        "The server has more for you: save another file to fetch it, or sync with a network.",
    ),
    # carrying
    "bundle.carry_title": ("代传他人文件", "Carry somebody's file"),
    "bundle.carry_body": (
        "这台设备能连上服务器时，替别人把密封文件送去，再把回执文件交还。您看不到其中的内容。",
        "When this device reaches the server, hand in somebody's sealed file and take the answer file back to them. "
        "You cannot read either.",
    ),
    "bundle.carry": ("代传他人文件", "Carry somebody's file"),
    "bundle.carrying": ("正在送往服务器…", "Handing it in…"),
    "bundle.carried": (
        "服务器已收下。请把回执文件交还文件的主人，由他读入。",
        "The server has taken it. Give the answer file back to its owner, who loads it.",
    ),
    "audit.bundle_taken": ("收下密封文件", "Took a sealed file"),
    # at the terminal
    "bundle.pin": ("PIN", "PIN:"),
    "bundle.pass": ("口令", "Passphrase:"),
}
