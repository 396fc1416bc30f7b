"""The vocabulary of programmes: portfolio classes, the parts of ownership, the questions of a scope statement."""

from collections.abc import Sequence

from engagement.vocabulary import Worded


class PortfolioClass(Worded):
    """How a workflow's value compares with its complexity."""

    QUICK_WIN = "quick_win"
    STRATEGIC_BET = "strategic_bet"
    OPTIMISATION_PLAY = "optimisation_play"
    COMPLEX_CHALLENGE = "complex_challenge"

    @property
    def many(self) -> str:
        """The word for several workflows of the class."""
        return f"{self.word.lower()}s"

    @property
    def meaning(self) -> str:
        """The meaning of the class, in one line."""
        return {
            PortfolioClass.QUICK_WIN: "High value, low complexity and risk",
            PortfolioClass.STRATEGIC_BET: "High value, high complexity",
            PortfolioClass.OPTIMISATION_PLAY: "Lower value, simple to do",
            PortfolioClass.COMPLEX_CHALLENGE: "High complexity, uncertain value: investigate first",
        }[self]


class OperatingModel(Worded):
    """Who runs and changes a workflow."""

    CENTRALISED = "centralised"
    FEDERATED = "federated"
    HYBRID = "hybrid"

    @property
    def meaning(self) -> str:
        """The meaning of the model, in one line."""
        return {
            OperatingModel.CENTRALISED: "One team runs it for everybody",
            OperatingModel.FEDERATED: "Each department runs its own",
            OperatingModel.HYBRID: "One team keeps the platform, departments what is theirs",
        }[self]


class OwnershipPart(Worded):
    """The four parts that somebody has to hold before a workflow goes to everyone."""

    OPERATIONAL_OWNER = "operational_owner"
    CHANGE_APPROVER = "change_approver"
    ESCALATION_CONTACT = "escalation_contact"
    SUPPORT_TEAM = "support_team"

    @property
    def question(self) -> str:
        """The question that the part answers."""
        return {
            OwnershipPart.OPERATIONAL_OWNER: "Who runs it day to day?",
            OwnershipPart.CHANGE_APPROVER: "Who approves changes to it?",
            OwnershipPart.ESCALATION_CONTACT: "Who is called when it goes wrong?",
            OwnershipPart.SUPPORT_TEAM: "Who leads the team that answers questions about it?",
        }[self]


#: The five questions of a scope statement in order: the field of `ScopeStatement`, and the question in words.
SCOPE_QUESTIONS: Sequence[tuple[str, str]] = (
    ("system_does", "The system does"),
    ("people_do", "You still do"),
    ("who_decides", "Who decides exceptions"),
    ("signs_of_error", "How to tell it is wrong"),
    ("about_the_job", "Your job"),
)
