"""What the demo says in the terminal, in Chinese and English."""

from pathlib import Path
from unicodedata import east_asian_width

from sync_server.demo.county import ACCOUNTS, COUNTY_NAME, VILLAGES, Account
from sync_server.demo.serving import Serving

ROLES = {
    "visitor": "入户人员 visitor",
    "officer": "窗口经办人员 station officer",
    "supervisor": "审核人员 supervisor",
    "steward": "县管理员 steward",
    "auditor": "审计人员 auditor",
}


FOUNDING = f"首次启动：正在建立虚构的{COUNTY_NAME}……\nFirst start: founding a fictional county…"


def admitting(account: Account) -> str:
    return f"平板登记：{account.name}…… Enrolling the tablet for {account.user}…"


def stopped(folder: Path) -> str:
    return f"已停止，资料保留在 {folder}\nStopped; the data stays in {folder}"


def welcome(web: Serving, server: Serving, asked: int, folder: Path) -> str:
    """Where everything is, and how to get in."""
    on_tablet = [a for a in ACCOUNTS if a.pin]
    at_desk = [a for a in ACCOUNTS if a.password]
    lines = [
        "",
        f"入户 Ruhu · {COUNTY_NAME}（虚构） a fictional county",
        "",
        f"  打开 open     {web.url}",
        f"  服务器 server {server.url}",
        f"  资料 data     {folder}",
        *([f"  端口 {asked} 被占用，改用 {web.port}。 Port {asked} was taken."] if web.port != asked else []),
        "",
        "平板：选姓名，输入 PIN   On the tablet: choose the name, enter the PIN",
        *(_row(a, f"PIN {a.pin}", f"口令 passphrase {a.passphrase}", _where(a)) for a in on_tablet),
        "",
        "工作台：点“审核人员登录”   At the desk: “Supervisor login”",
        *(_row(a, f"用户 user {a.user}", f"密码 password {a.password}") for a in at_desk),
        "",
        "按 Ctrl-C 停止；下次启动资料仍在，--reset 重新开始。",
        "Ctrl-C stops it; the data stays for the next start, --reset starts over.",
        "",
    ]
    return "\n".join(lines)


def _row(account: Account, *rest: str) -> str:
    return "  ".join(
        ["", _wide(account.name, 8), _wide(ROLES[account.role], 28), *(_wide(r, 20) for r in rest)]
    ).rstrip()


def _where(account: Account) -> str:
    mine = [v for v in VILLAGES if any(v.code.startswith(s) for s in account.scope)]
    return "、".join(v.name for v in mine)


def _wide(text: str, width: int) -> str:
    """The text filled up with spaces to a width in terminal columns; a Chinese character takes two."""
    taken = sum(2 if east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * (width - taken)
