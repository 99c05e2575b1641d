"""Words of the shell and the field screens: key → (中文, English) or (中文, English, English for one)."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str] | tuple[str, str, str]] = {
    "app.name": ("入户", "Ruhu"),
    "app.motto": ("走进家门，算得明白", "Enter the home, leave with an answer"),
    "shell.back": ("返回", "Back"),
    "shell.dismiss": ("知道了", "Dismiss"),
    "shell.cancel": ("取消", "Cancel"),
    "shell.close": ("关闭", "Close"),
    "shell.busy": ("请稍候…", "One moment…"),
    "shell.missing": ("没有这个页面", "There is no such page"),
    "shell.missing_todo": ("地址可能写错了，从首页重新开始。", "The address may be mistyped. Start again from the first page."),
    "shell.home": ("回到首页", "To the first page"),
    "tab.today": ("今日", "Today"),
    "tab.households": ("住户", "Households"),
    "tab.sync": ("同步", "Sync"),
    "tab.settings": ("设置", "Settings"),
}
