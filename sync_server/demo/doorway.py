"""What the walk kills: a visit made in a process of its own, which says after each answer that it is saved.

Started with the vault's folder, the file of the device secret, a user and a household as arguments and the PIN on
standard input; prints `visit ID` and then a count after every answer, until it is ended from outside.
"""

import itertools
import sys
from pathlib import Path

from app.work.work import Work
from schemas.clock import Clock
from sync_server.demo.tablet import open_vault


def main() -> None:
    folder, secret, user, household = sys.argv[1:5]
    clock = Clock()
    work = Work(open_vault(Path(folder), Path(secret), clock).unlock(user, sys.stdin.readline().strip()), clock)
    visit = work.visit(household)
    print("visit", visit.id, flush=True)
    for n in itertools.count(1):
        visit.answer("remarks/remarks_text", f"第 {n} 句")
        print(n, flush=True)


if __name__ == "__main__":
    main()
