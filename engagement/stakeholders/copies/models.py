"""The table of copies that went to somebody outside the directory."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import Base
from engagement.mail.models import Delivery
from engagement.stakeholders.models import Stakeholder


class StakeholderCopy(Base):
    """A delivery to a stakeholder outside the directory; deliveries to people of the directory name the person themselves."""

    __tablename__ = "stakeholder_copy"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True, autoincrement=False)
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"), index=True)

    delivery: Mapped[Delivery] = relationship()
    stakeholder: Mapped[Stakeholder] = relationship()
