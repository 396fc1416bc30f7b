"""Who has the report sent in the demonstration: the sponsor once a month, and the change manager every Monday."""

from engagement.demo import roster
from engagement.demo.stage import Stage
from engagement.reports.subscriptions.actions.subscribing import subscribe
from engagement.reports.subscriptions.rules.rhythm import ReportRhythm, Wish

#: By reader, how often, and whether with every figure as CSV.
WISHES = {
    roster.SPONSOR: (ReportRhythm.MONTHLY, False),
    roster.MANAGER: (ReportRhythm.WEEKLY, True),
}


def subscribe_to_reports(stage: Stage, offset: int) -> None:
    """Ask for reports on the day before today, so that none is due before the clock runs."""
    if offset != -1 or stage.programme is None:
        return
    with stage.at(stage.day(offset), 15):
        for figure, (rhythm, with_csv) in WISHES.items():
            account = stage.accounts[figure.email]
            wish = Wish(rhythm, "08:00", stage.settings.timezone, with_csv)
            subscribe(stage.programme, account, wish, stage.settings.holidays, by=account.actor)
